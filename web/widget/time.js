// Says when something was, as the reader's language does.

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];
const DATES_AFTER_SECONDS = 30 * 86_400;

export class Times {
  /** @param {string} language */
  constructor(language) {
    this.relative = new Intl.RelativeTimeFormat(language);
    this.date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
    this.moment = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
    this.clock = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  }

  /**
   * How long ago it was, such as `5 minutes ago`; the date if that is long; null for less than a minute.
   *
   * @param {string} iso
   * @param {number} now milliseconds
   */
  ago(iso, now) {
    const seconds = (now - Date.parse(iso)) / 1000;
    if (seconds >= DATES_AFTER_SECONDS) return this.date.format(new Date(iso));
    for (const [unit, size] of UNITS) {
      if (seconds >= size) return this.relative.format(-Math.floor(seconds / size), unit);
    }
    return null;
  }

  /** @param {string} iso */
  exactly(iso) {
    return this.moment.format(new Date(iso));
  }

  /**
   * The time of a moment to come, with the day unless it is today.
   *
   * @param {number} milliseconds
   * @param {number} now
   */
  until(milliseconds, now) {
    const near = milliseconds - now < 43_200_000;
    return (near ? this.clock : this.moment).format(milliseconds);
  }
}
