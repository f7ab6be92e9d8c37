// The elements as the pages see them that use them, for editors and compilers. It needs no other file: copy it, or name
// it in a `/// <reference path="…" />`.

/** A thread as the service knows it. */
export interface RejoinderThread {
  key: string;
  url: string | null;
  title: string | null;
  state: 'open' | 'closed' | (string & {});
  comment_count: number;
  root_count: number;
  last_comment_at: string | null;
}

/** What can be written in a thread. */
export interface RejoinderPolicy {
  max_characters: number;
  min_characters: number;
  max_depth: number;
  edit_window_seconds: number;
  moderation: 'post' | 'pre' | (string & {});
  guests: boolean;
  voting: 'none' | 'up' | 'up_down' | (string & {});
  text_format: 'plain' | 'markdown' | (string & {});
  guidelines: string | null;
}

/** A comment as its writer has it: one that waits for a moderator has the status `pending`. */
export interface RejoinderComment {
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
  score: { up: number; down: number };
  reply_count: number;
}

/** Why something didn't work: a problem document of the service, or one with a code of the widget's own. */
export interface RejoinderProblem {
  code: string;
  status?: number;
  detail?: string;
  retry_after_seconds?: number;
}

/** A thread in a ranking, with what was written there within the window. */
export interface RejoinderRankedThread {
  thread: RejoinderThread;
  comments: number;
  authors: number;
}

/** What the elements tell the page. All events bubble, and leave shadow trees. */
export interface RejoinderEventMap {
  'rejoinder:ready': CustomEvent<RejoinderReady>;
  'rejoinder:posted': CustomEvent<{ comment: RejoinderComment }>;
  'rejoinder:count': CustomEvent<{ count: number }>;
  'rejoinder:error': CustomEvent<{ problem: RejoinderProblem }>;
}

/** Of comments, the thread and its policy; of a ranking, the window and its threads. */
export type RejoinderReady =
  | { thread: RejoinderThread; policy: RejoinderPolicy }
  | { window: string; threads: RejoinderRankedThread[] };

/** `<rejoinder-comments>`: the comments of a thread. */
export interface RejoinderCommentsElement extends HTMLElement {
  /** Reads the comments anew. */
  refresh(): Promise<void>;
  /** Puts the focus into the form for a new comment, with this text in place of what stands there. */
  focusForm(text?: string): Promise<void>;
  /** Shows a comment wherever it is, and gives it the focus; false if there is no such comment. */
  showComment(id: string): Promise<boolean>;
}

/** `<rejoinder-count>`: how many comments a thread has. */
export interface RejoinderCountElement extends HTMLElement {
  /** Asks anew. */
  refresh(): Promise<void>;
}

/** `<rejoinder-ranking>`: what is discussed most on a site. */
export interface RejoinderRankingElement extends HTMLElement {
  /** Reads the ranking anew. */
  refresh(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    'rejoinder-comments': RejoinderCommentsElement;
    'rejoinder-count': RejoinderCountElement;
    'rejoinder-ranking': RejoinderRankingElement;
  }

  interface GlobalEventHandlersEventMap extends RejoinderEventMap {}
}
