import type { components } from '../types/api';
import type { Messages } from './messages.js';
import type { Times } from './time.js';

type Schemas = components['schemas'];

export type Thread = Schemas['Thread'];
export type Policy = Schemas['Policy'];
export type Score = Schemas['Score'];
export type Viewer = { comments: Comment[]; votes: { comment_id: string; value: number }[] };
export type VoteResult = Schemas['VoteResult'];

/** A comment as any of the answers has it. */
export interface Comment {
  id: string;
  parent_id: string | null;
  root_id: string;
  depth: number;
  author: { name: string; kind: string; avatar_url: string | null } | null;
  body: string | null;
  body_html: string | null;
  status: 'published' | 'pending' | 'deleted';
  created_at: string;
  edited_at: string | null;
  score: Score;
  reply_count: number;
  descendant_count?: number;
}

export interface ReplyPage {
  comments: Comment[];
  next_cursor: string | null;
}

export type RootComment = Comment & { replies: ReplyPage };

export interface ThreadPage {
  thread: Thread;
  policy: Policy;
  pinned: Comment | null;
  comments: RootComment[];
  next_cursor: string | null;
}

/** What a write of a comment is answered with. */
export interface Written {
  comment: Comment;
  thread: Thread;
}

export type Sort = 'newest' | 'oldest' | 'top';

/** Why something didn't work: a problem document of the service, or a code of the widget's own. */
export interface Problem {
  code: string;
  status?: number;
  detail?: string;
  max?: number;
  min?: number;
  actual?: number;
  retry_after_seconds?: number;
  edit_window_seconds?: number;
  errors?: { pointer: string; code: string; max?: number; min?: number; actual?: number }[];
}

/** A post as it was made when the button was pressed. */
export interface Pending {
  key: string;
  request: string;
  token: string | null;
  /** When that was, in milliseconds. */
  at?: number;
}

export interface Draft {
  text: string;
  pending?: Pending;
  /** Whether the writer put it away. */
  closed?: boolean;
}

/** What the attributes of the element say. */
export interface Settings {
  src: string;
  site: string;
  thread: string;
  url: string | null;
  title: string;
  sort: Sort;
  pageSize: number;
  replies: number;
  language: string;
  eager: boolean;
  headingLevel: number;
  email: boolean;
  readonly: boolean;
  refresh: number;
}

/** A comment in its place: what is shown below it, and what it is shown below. */
export interface Branch {
  comment: Comment;
  up: Branch | null;
  branches: Branch[];
}

/** What is known of a thread. It is never changed: every event makes another one. */
export interface ThreadState {
  thread: Thread;
  policy: Policy;
  sort: Sort;
  pinned: Comment | null;
  linked: string | null;
  comments: Map<string, Comment>;
  /** The ids of the roots, in the order shown. */
  roots: string[];
  /** Those of them that stand first whatever the order: a pinned one, one that a link leads to. */
  lifted: string[];
  cursor: string | null;
  conversations: Map<string, Conversation>;
  own: Set<string>;
  votes: Map<string, number>;
  /** Comments of the viewer's that have no place yet, for their roots are not here. */
  apart: Comment[];
  /** How many comments the reader was told of. */
  known: number;
  /** When the newest of those was posted. */
  since: string | null;
}

export interface Conversation {
  ids: string[];
  /** Where its next page begins: '' at the beginning, null when all is known. */
  cursor: string | null;
}

/** What all parts that are shown need. */
export interface Context {
  messages: Messages;
  times: Times;
  headingLevel: number;
  announce: (text: string) => void;
  signal: AbortSignal;
  /** The time by the service's clock, in milliseconds. */
  now: () => number;
}

/** What readers can do with a comment. */
export type Act = 'up' | 'down' | 'reply' | 'edit' | 'delete' | 'report' | 'show' | 'replies' | 'copy' | 'fold';

export type Child = Node | string | null | undefined | false | Child[];

export interface Props {
  on?: Record<string, (event: any) => void>;
  [attribute: string]: unknown;
}
