/** Short names for the types that the modules share. */

import type { components } from '../types/api';

type Schemas = components['schemas'];

export type AdminComment = Schemas['AdminComment'];
export type AdminThread = Schemas['AdminThread'];
export type ApiToken = Schemas['ApiToken'];
export type AuthorRecord = Schemas['AuthorRecord'];
export type Ban = Schemas['Ban'];
export type CommentInContext = Schemas['FoundAdminComment'];
export type Decision = Schemas['Decision'];
export type DecisionAction = Schemas['DecisionRequest']['action'];
export type DecisionReason = NonNullable<Schemas['DecisionReason']>;
export type DecisionResult = Schemas['DecisionResult'];
export type Hold = Schemas['Hold'];
export type HoldReason = Schemas['Hold']['reason'];
export type Me = Schemas['Me'];
export type NewStaffResult = Schemas['NewStaffResult'];
export type NewApiToken = Schemas['TokenSecret'];
export type Permission = Schemas['Permission'];
/** A problem document; a proxy in between may have answered with something else. */
export type Problem = Omit<Schemas['Problem'], 'code'> & { code: Schemas['Problem']['code'] | 'not_json' };
export type Queue = Schemas['Queue'];
export type QueueCounts = Schemas['QueueTotals'];
export type Queues = Schemas['Queues'];
export type Report = Schemas['Report'];
export type ReportReason = Schemas['ReportReason'];
export type Revision = Schemas['Revision'];
export type Role = Schemas['Role'];
export type Rule = Schemas['Rule'];
export type RuleTest = Schemas['RuleTestResult'];
export type Session = Schemas['Session'];
export type SiteSettings = Schemas['SiteSettings'];
export type Staff = Schemas['Staff'];
export type Stats = Schemas['Stats'];
export type Status = Schemas['AdminStatus'];
export type TextRange = Schemas['TextRange'];
export type Totp = Schemas['TotpSecret'];

/** What can stand between the tags of an element; lists are unfolded, the falsy is left out. */
export type Child = Node | string | number | null | undefined | false | Child[];

/** Attributes of an element; `null`, `undefined` and `false` leave one out. */
export type Props = {
  class?: string | null | false;
  dataset?: Record<string, string>;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
  [attribute: string]: unknown;
};

/** Parameters of a query; the empty ones are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** An address within the page: `#/threads/ID?site=s` is the segments threads and ID, and the query site. */
export type Place = {
  /** The segments, joined by slashes. */
  path: string;
  /** The segments that the pattern of the route names. */
  params: Record<string, string>;
  query: Record<string, string>;
};

/** What a screen is given when it is opened. */
export type Visit = {
  /** Its room, empty. */
  main: HTMLElement;
  place: Place;
  /** Aborted when the screen is left: for listeners and calls. */
  signal: AbortSignal;
};

/** A screen draws itself into `visit.main`. With `update` it takes a changed query without being drawn anew. */
export type Screen = (visit: Visit) => { update?: (place: Place) => void } | void;

/** A row of the table of screens. */
export type Route = {
  /** Such as `threads/:id`. */
  pattern: string;
  title: string;
  needs: Permission | null;
  screen: Screen;
  /** The name of the entry in the navigation that is marked while it is open. */
  section: string;
};

/** An action that has a key. */
export type KeyBinding = {
  /** A character (`j`, `?`, `1`), a name (`Enter`), or one of these after `shift+`. */
  key: string;
  label: string;
  /** Answers false if it had nothing to do, so that the key keeps its usual meaning. */
  run: () => void | boolean;
  /** Left out of the help. */
  isHidden?: boolean;
};
