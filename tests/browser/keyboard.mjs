// Somebody who works by keyboard alone, and waits for what they see, never for a time.

import assert from 'node:assert/strict';

// More stops than any screen has.
const MOST_STOPS = 150;

export class Keyboard {
  constructor(page) {
    this.page = page;
  }

  press(...keys) {
    return keys.reduce((before, key) => before.then(() => this.page.keyboard.press(key)), Promise.resolve());
  }

  type(text) {
    return this.page.keyboard.type(text);
  }

  /** Goes on with Tab until the focus is on an element of this role whose name has `name` in it. */
  async tabTo(role, name) {
    const wanted = this.page.getByRole(role, { name });
    for (let stop = 0; stop < MOST_STOPS; stop += 1) {
      const isThere = await wanted.evaluateAll((elements) =>
        elements.some((element) => element.getRootNode().activeElement === element));
      if (isThere) return;
      await this.press('Tab');
    }
    assert.fail(`Tab never leads to the ${role} ${name}`);
  }

  /** Goes to a link or button, and follows or presses it. */
  async use(role, name) {
    await this.tabTo(role, name);
    await this.press('Enter');
  }

  /** Goes to a field, and types into it instead of what is there. */
  async fill(name, text) {
    await this.tabTo('textbox', name);
    await this.press('ControlOrMeta+a');
    await this.type(text);
  }

  /** Waits until the page shows this text, in an element that can be seen. */
  sees(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor();
  }

  /** Waits until there is no such text to be seen. */
  seesNo(text) {
    return this.page.getByText(text).filter({ visible: true }).first().waitFor({ state: 'hidden' });
  }
}
