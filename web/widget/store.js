// What is known of a thread. Every function takes what was known and what came, and gives what is known then; nothing
// is changed in place, and nothing here knows of a page or a network.

/** @import { Branch, Comment, Conversation, RootComment, ReplyPage, Sort, ThreadPage, ThreadState } from './types' */
/** @import { Viewer, VoteResult, Written } from './types' */

/**
 * A thread as its first page shows it. What is the viewer's own stays known from before.
 *
 * @param {ThreadPage} page
 * @param {Sort} sort
 * @param {ThreadState | null} [before]
 * @returns {ThreadState}
 */
export function begin(page, sort, before = null) {
  const empty = {
    ...readAt(page),
    sort,
    pinned: page.pinned,
    linked: null,
    comments: new Map(),
    roots: [],
    lifted: [],
    cursor: null,
    conversations: new Map(),
    own: before?.own ?? new Set(),
    votes: before?.votes ?? new Map(),
    // Those of them that only their writer sees, as long as the service shows no more of them.
    apart: before ? [...before.comments.values(), ...before.apart].filter(({ status }) => status === 'pending') : [],
  };
  const state = withPage(empty, page);
  const pinned = page.pinned?.parent_id === null ? [page.pinned] : [];
  return pinned.reduce(lift, withComments(state, pinned));
}

/**
 * What is known of the thread as a whole when a page of it was read.
 *
 * @param {ThreadPage} page
 */
function readAt({ thread, policy }) {
  return { thread, policy, known: thread.comment_count, since: thread.last_comment_at };
}

/**
 * The next page of roots.
 *
 * @param {ThreadState} state
 * @param {ThreadPage} page
 * @returns {ThreadState}
 */
export function withPage(state, page) {
  return { ...withRoots(state, page.comments, false), thread: page.thread, cursor: page.next_cursor };
}

/**
 * What was posted since the first page was read: its roots, wherever they belong.
 *
 * @param {ThreadState} state
 * @param {ThreadPage} page in the order of newest
 * @returns {ThreadState}
 */
export function withNews(state, page) {
  const isNew = (/** @type {RootComment} */ { id, created_at }) =>
    state.comments.has(id) || created_at > (state.since ?? '');
  const news = withRoots(state, page.comments.filter(isNew), true);
  return { ...news, ...readAt(page) };
}

/**
 * The roots of a page that have more below them than before, and not all of that here.
 *
 * @param {ThreadState} before
 * @param {ThreadState} state
 * @param {ThreadPage} page
 */
export const grown = (before, state, page) =>
  page.comments.map(({ id }) => id).filter((id) => {
    const known = before.comments.get(id);
    const count = state.comments.get(id)?.descendant_count ?? 0;
    return known && count > (known.descendant_count ?? 0) && missingReplies(state, id) > 0;
  });

/**
 * The next page of what is below a root.
 *
 * @param {ThreadState} state
 * @param {string} root
 * @param {ReplyPage} page
 * @returns {ThreadState}
 */
export function withReplies(state, root, page) {
  const comments = new Map(state.comments);
  const conversations = new Map(state.conversations);
  const ids = addReplies(conversations.get(root), page, comments);
  conversations.set(root, { ids, cursor: page.next_cursor });
  return { ...state, comments, conversations };
}

/**
 * What is the viewer's own. Their comments that wait are added, and those so new that a cache may not know them; those that
 * waited and do so no more are gone.
 *
 * @param {ThreadState} state
 * @param {Viewer} viewer
 * @param {number} now milliseconds
 * @param {ThreadState | null} [asked] what was known when this was asked for: what was done since then counts
 * @returns {ThreadState}
 */
export function withViewer(state, viewer, now, asked = null) {
  const own = new Map(viewer.comments.map((comment) => [comment.id, comment]));
  const waits = (/** @type {string} */ id) => state.comments.get(id)?.status === 'pending';
  const gone = [...(asked?.comments.values() ?? [])].filter(({ id, status }) => status === 'pending' && !own.has(id));
  const added = viewer.comments.filter(
    ({ id, status, created_at }) => status === 'pending' || waits(id) || now - Date.parse(created_at) < 60_000,
  );
  const since = [...state.votes].filter(([id, value]) => asked?.votes.get(id) !== value);
  const cleared = gone.filter(({ id }) => waits(id)).reduce((next, { id }) => withoutComment(next, id), state);
  const apart = cleared.apart.filter(({ id }) => own.has(id) || !asked?.apart.some((other) => other.id === id));
  return {
    ...withComments({ ...cleared, apart }, added),
    own: new Set([...own.keys(), ...state.own]),
    votes: new Map([...viewer.votes.map(({ comment_id, value }) => /** @type {const} */ ([comment_id, value])), ...since]),
  };
}

/**
 * What became of the viewer's comments that waited; of those that were let through, they know.
 *
 * @param {ThreadState} state
 * @param {Viewer} viewer
 * @param {number} now milliseconds
 * @returns {ThreadState}
 */
export function withFate(state, viewer, now) {
  const next = withViewer(state, viewer, now, state);
  const approved = [...state.comments.values()].filter(
    ({ id, status }) => status === 'pending' && next.comments.get(id)?.status === 'published',
  );
  return { ...next, known: next.known + approved.length };
}

/**
 * A comment that the viewer has just posted.
 *
 * @param {ThreadState} state
 * @param {Written} written
 * @returns {ThreadState}
 */
export function withPosted(state, { comment, thread }) {
  const published = comment.status === 'published' && !state.comments.has(comment.id);
  const next = published ? countReply(state, comment, 1) : state;
  const own = new Set(state.own).add(comment.id);
  return { ...withComments(next, [comment]), thread, own, known: state.known + Number(published) };
}

/**
 * A comment that the viewer has changed; it may have to wait for a moderator again.
 *
 * @param {ThreadState} state
 * @param {Written} written
 * @returns {ThreadState}
 */
export function withEdited(state, { comment, thread }) {
  const published = (/** @type {Comment | undefined} */ one) => Number(one?.status === 'published');
  const change = published(comment) - published(state.comments.get(comment.id));
  const next = change === 0 ? state : countReply(state, comment, change);
  const comments = new Map(next.comments).set(comment.id, comment);
  return { ...next, comments, thread, known: state.known + change };
}

/**
 * Without a comment. Where it has replies, a tombstone keeps its place.
 *
 * @param {ThreadState} state
 * @param {string} id
 * @returns {ThreadState}
 */
export function withoutComment(state, id) {
  const comment = state.comments.get(id);
  if (comment === undefined) return state;
  const published = Number(comment.status === 'published');
  const counted = published ? countReply(state, comment, -1) : state;
  const comments = new Map(counted.comments);
  const answered = comment.reply_count > 0 || [...comments.values()].some(({ parent_id }) => parent_id === id);
  if (answered) comments.set(id, tombstone(comment));
  else comments.delete(id);
  const remains = (/** @type {string} */ other) => comments.has(other);
  const conversations = new Map(counted.conversations);
  const conversation = conversations.get(comment.root_id);
  if (conversation) {
    conversations.set(comment.root_id, { ...conversation, ids: conversation.ids.filter(remains) });
  }
  const thread = { ...state.thread, comment_count: state.thread.comment_count - published };
  const pinned = state.pinned?.id === id ? null : state.pinned;
  const [roots, lifted] = [state.roots.filter(remains), state.lifted.filter(remains)];
  return { ...counted, comments, conversations, roots, lifted, pinned, thread, known: state.known - published };
}

/**
 * A vote of the viewer, and what came of it.
 *
 * @param {ThreadState} state
 * @param {string} id
 * @param {VoteResult} result
 * @returns {ThreadState}
 */
export function withVote(state, id, { score, value }) {
  const comment = state.comments.get(id);
  if (comment === undefined) return state;
  return {
    ...state,
    comments: new Map(state.comments).set(id, { ...comment, score }),
    votes: new Map(state.votes).set(id, value),
  };
}

/**
 * A comment that a link leads to, with what it answers, root included. Its conversation stands first.
 *
 * @param {ThreadState} state
 * @param {string} id
 * @param {Comment[]} chain
 * @returns {ThreadState}
 */
export function withLinked(state, id, chain) {
  const comments = chain.filter((comment) => !state.comments.has(comment.id));
  const next = { ...withComments(state, comments), linked: id };
  const root = next.comments.get(next.comments.get(id)?.root_id ?? '');
  return root === undefined || state.comments.has(root.id) ? next : lift(next, root);
}

/**
 * How many comments there are that the reader wasn't told of.
 *
 * @param {ThreadState} state
 * @param {number} count
 */
export const unseen = (state, count) => Math.max(0, count - state.known);

/**
 * How many replies of a root are not here yet.
 *
 * @param {ThreadState} state
 * @param {string} root
 */
export function missingReplies(state, root) {
  const conversation = state.conversations.get(root);
  if (!conversation || conversation.cursor === null) return 0;
  const here = conversation.ids.filter((id) => state.comments.get(id)?.status === 'published').length;
  return Math.max(0, (state.comments.get(root)?.descendant_count ?? 0) - here);
}

/**
 * The thread as it is shown: roots in order, and below each its replies, the oldest first. Where the site's depth ends,
 * an answer stands beside what it answers.
 *
 * @param {ThreadState} state
 * @returns {Branch[]}
 */
export function tree(state) {
  return state.roots.map((id) => branchOf(state, id));
}

/**
 * A root as it is shown, with its replies.
 *
 * @param {ThreadState} state
 * @param {string} id
 * @returns {Branch}
 */
export function branchOf(state, id) {
  /** @type {Branch} */
  const root = { comment: /** @type {Comment} */ (state.comments.get(id)), up: null, branches: [] };
  const known = new Map([[root.comment.id, root]]);
  for (const id of state.conversations.get(root.comment.id)?.ids ?? []) {
    const comment = state.comments.get(id);
    if (comment === undefined) continue;
    const parent = known.get(comment.parent_id ?? '') ?? root;
    const beside = parent.up !== null && parent.comment.depth >= comment.depth;
    const up = (beside && parent.up) || parent;
    const branch = { comment, up, branches: [] };
    up.branches.push(branch);
    known.set(id, branch);
  }
  return root;
}

/**
 * @param {ThreadState} state
 * @param {RootComment[]} page
 * @param {boolean} first whether new ones come before the others where votes decide
 * @returns {ThreadState}
 */
function withRoots(state, page, first) {
  const comments = new Map(state.comments);
  const conversations = new Map(state.conversations);
  /** @type {string[]} */
  const added = [];
  for (const { replies, ...root } of page) {
    if (!comments.has(root.id)) added.push(root.id);
    keep(comments, root);
    const before = conversations.get(root.id);
    const ids = addReplies(before, replies, comments);
    conversations.set(root.id, { ids, cursor: cursorAfter(before, replies, root.descendant_count ?? 0, ids.length) });
  }
  return withComments({ ...state, comments, conversations, roots: place(state, added, first) }, []);
}

/**
 * Where a conversation goes on when its beginning was read again: not before what was read already. If there is more
 * below a root than was read to the end, or nothing was asked for, it is read from the beginning.
 *
 * @param {Conversation | undefined} before
 * @param {ReplyPage} replies
 * @param {number} descendants
 * @param {number} here
 */
function cursorAfter(before, replies, descendants, here) {
  const cursor = before === undefined || before.cursor === '' ? replies.next_cursor : before.cursor;
  return cursor === null && descendants > here ? '' : cursor;
}

/**
 * Where added roots stand: by their time, which their ids sort by, unless votes decide. What was put first stays there.
 *
 * @param {ThreadState} state
 * @param {string[]} added
 * @param {boolean} first whether they come before the others where votes decide
 */
function place({ roots, lifted, sort }, added, first) {
  if (added.length === 0) return roots;
  const others = roots.slice(lifted.length);
  if (sort === 'top') return [...lifted, ...(first ? [...added, ...others] : [...others, ...added])];
  const direction = sort === 'newest' ? -1 : 1;
  return [...lifted, ...[...others, ...added].sort((a, b) => (a < b ? -direction : direction))];
}

/**
 * Puts a root before all others.
 *
 * @param {ThreadState} state
 * @param {Comment} root
 * @returns {ThreadState}
 */
function lift(state, { id }) {
  const others = (/** @type {string} */ other) => other !== id;
  return { ...state, lifted: [id, ...state.lifted.filter(others)], roots: [id, ...state.roots.filter(others)] };
}

/**
 * The ids of a conversation with those of a page, oldest first.
 *
 * @param {Conversation | undefined} conversation
 * @param {ReplyPage} page
 * @param {Map<string, Comment>} comments gets those of the page
 */
function addReplies(conversation, page, comments) {
  for (const comment of page.comments) keep(comments, comment);
  return [...new Set([...(conversation?.ids ?? []), ...page.comments.map(({ id }) => id)])].sort();
}

/**
 * Takes over a comment. A tombstone doesn't hide one that only its writer can see.
 *
 * @param {Map<string, Comment>} comments
 * @param {Comment} comment
 */
function keep(comments, comment) {
  if (comment.status === 'deleted' && comments.get(comment.id)?.status === 'pending') return;
  comments.set(comment.id, comment);
}

/**
 * Adds single comments: roots to the list, replies below roots that are known. The viewer's own whose root isn't known yet
 * wait apart for it.
 *
 * @param {ThreadState} state
 * @param {Comment[]} added
 * @returns {ThreadState}
 */
function withComments(state, added) {
  if (added.length + state.apart.length === 0) return state;
  const comments = new Map(state.comments);
  const conversations = new Map(state.conversations);
  /** @type {string[]} */
  const roots = [];
  /** @type {Comment[]} */
  const apart = [];
  const given = new Set(added.map(({ id }) => id));
  // What the service shows to all is newer than what waited apart.
  const kept = state.apart.filter(({ id }) => !given.has(id) && comments.get(id)?.status !== 'published');
  for (const comment of [...kept, ...added].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const isRoot = comment.parent_id === null;
    if (!isRoot && !comments.has(comment.root_id)) {
      apart.push(comment);
      continue;
    }
    if (isRoot && !state.roots.includes(comment.id)) {
      roots.push(comment.id);
      // Its replies were not read yet.
      conversations.set(comment.id, { ids: [], cursor: comment.descendant_count ? '' : null });
    }
    comments.set(comment.id, comment);
    if (!isRoot) addReply(conversations, comment);
  }
  return { ...state, comments, conversations, apart, roots: place(state, roots, true) };
}

/**
 * @param {Map<string, Conversation>} conversations
 * @param {Comment} comment
 */
function addReply(conversations, { id, root_id }) {
  const { ids, cursor } = conversations.get(root_id) ?? { ids: [], cursor: '' };
  if (!ids.includes(id)) conversations.set(root_id, { ids: [...ids, id].sort(), cursor });
}

/**
 * Counts a published reply, or one that is no more, at what it answers.
 *
 * @param {ThreadState} state
 * @param {Comment} comment
 * @param {number} change
 * @returns {ThreadState}
 */
function countReply(state, { parent_id, root_id }, change) {
  const comments = new Map(state.comments);
  const parent = comments.get(parent_id ?? '');
  if (parent) comments.set(parent.id, { ...parent, reply_count: parent.reply_count + change });
  const root = parent && comments.get(root_id);
  if (root) comments.set(root_id, { ...root, descendant_count: (root.descendant_count ?? 0) + change });
  return { ...state, comments };
}

/**
 * @param {Comment} comment
 * @returns {Comment}
 */
function tombstone(comment) {
  const gone = { author: null, body: null, body_html: null, edited_at: null, score: { up: 0, down: 0 } };
  return { ...comment, ...gone, status: 'deleted' };
}
