// Somebody who reads and writes under an article: the service, a page on another site with the widget in it, and the page
// as they see it.

import { open } from './browser.mjs';
import { Front } from './front.mjs';
import { Host, article } from './host.mjs';
import { Service } from './service.mjs';

let pages = 0;

/** The service, a site of somebody else's, and what is between them. */
export class Town {
  static async start(browser, settings = {}) {
    const town = new Town();
    town.browser = browser;
    town.service = await Service.start(settings);
    town.front = await Front.start(town.service.origin);
    town.host = await Host.start();
    return town;
  }

  async stop() {
    await Promise.all([this.front.stop(), this.host.stop()]);
    await this.service.stop();
  }

  /** A site with settings of its own, which admits the host's pages. */
  site(name, ...settings) {
    this.service.command('site', 'add', name, '--origin', 'http://localhost:*', ...settings);
    return name;
  }

  /** Posts as somebody new, and gives the comment. */
  async post(site, thread, body, { name = 'Ada', parent = null } = {}) {
    const comment = { thread: { key: thread }, parent_id: parent, author: { name }, body };
    return (await this.service.ask('POST', `sites/${site}/comments`, { body: comment })).document.comment;
  }

  /**
   * Puts a page on the host and opens it in a window of its own. `attributes` are the element's, `around` is what
   * `article` takes, `headers` are the page's, and `hash` ends the address.
   */
  async visit(attributes, { around = {}, headers = {}, hash = '', ...options } = {}) {
    const path = `/${(pages += 1)}`;
    this.host.put(path, article(this.front.origin, attributes, around), headers);
    const { host, front } = this;
    const visit = await open(this.browser, host.origin, { others: [front.origin], judged: false, ...options });
    await visit.page.addInitScript(listen);
    await visit.page.goto(path + hash);
    return new Reader(this, visit);
  }
}

/** Notes in the page what the elements tell it, and every violation of its policy. */
function listen() {
  globalThis.heard = [];
  for (const name of ['ready', 'posted', 'count', 'error']) {
    addEventListener(`rejoinder:${name}`, (event) => globalThis.heard.push([name, event.detail]));
  }
  addEventListener('securitypolicyviolation', (event) => {
    globalThis.heard.push(['violation', `${event.violatedDirective} ${event.blockedURI}`]);
  });
}

export class Reader {
  constructor(town, { page, context, complaints }) {
    Object.assign(this, { town, page, context, complaints });
    this.widget = page.locator('rejoinder-comments').first();
    this.form = this.widget.getByRole('form', { name: 'Write a comment' });
    this.comments = this.widget.getByRole('article');
    this.live = this.widget.getByRole('status');
  }

  button(name, within = this.widget) {
    return within.getByRole('button', { name });
  }

  /** The comment with this text. */
  comment(text) {
    return this.comments.filter({ has: this.page.locator('.body', { hasText: text }) });
  }

  sees(text) {
    return this.widget.getByText(text).filter({ visible: true }).first().waitFor();
  }

  seesNo(text) {
    return this.widget.getByText(text).filter({ visible: true }).first().waitFor({ state: 'hidden' });
  }

  /** The form whose text has this label. */
  formOf(label) {
    return this.widget.locator('form').filter({ has: this.page.getByLabel(label) });
  }

  /** Writes into the form for new comments. */
  async write(body, name) {
    if (name !== undefined) await this.form.getByLabel('Name').fill(name);
    await this.form.getByLabel('Your comment').fill(body);
  }

  send() {
    return this.button('Post comment').click();
  }

  /** Posts a comment, and waits until it is there. */
  async post(body, name) {
    await this.write(body, name);
    await this.send();
    await this.comment(body).waitFor();
  }

  /** Gives the texts of all comments, in the order shown. */
  texts() {
    return this.widget.locator('.body').allTextContents();
  }

  /** What the page has heard of this kind. */
  heard(kind) {
    return this.page.evaluate((name) => globalThis.heard.filter(([one]) => one === name).map(([, what]) => what), kind);
  }

  /** Waits until the element with the focus, in any shadow, is this one. */
  focusOn(locator) {
    return locator.evaluate((element) => {
      const isThere = () => element.getRootNode().activeElement === element;
      return new Promise((done) => {
        const look = () => (isThere() ? done() : requestAnimationFrame(look));
        look();
      });
    });
  }

  /** Waits until the page has been painted with what it knows now, and its observers have been told. */
  settled() {
    return this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }

  leave() {
    return this.context.close();
  }
}
