// What is known of a thread in a page: how pages, news and what is the viewer's own come together.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as store from '../../web/widget/store.js';

const policy = { edit_window_seconds: 900 };

function comment(id, more = {}) {
  return {
    id, parent_id: null, root_id: id, depth: 0, author: { name: 'Ada', kind: 'guest' }, body: id, body_html: id,
    status: 'published', created_at: '2026-01-01T00:00:00Z', edited_at: null, score: { up: 0, down: 0 }, reply_count: 0,
    descendant_count: 0, ...more,
  };
}

const reply = (id, root, more) => comment(id, { parent_id: root, root_id: root, depth: 1, ...more });

function root(id, replies = [], more = {}) {
  const page = { comments: replies, next_cursor: null };
  return { ...comment(id, { reply_count: replies.length, descendant_count: replies.length, ...more }), replies: page };
}

function page(comments, more = {}) {
  const count = more.count ?? comments.reduce((sum, one) => sum + 1 + (one.descendant_count ?? 0), 0);
  const thread = { key: '/a', state: 'open', comment_count: count, root_count: comments.length, last_comment_at: '2026-01-01T00:00:00Z' };
  return { thread, policy, pinned: null, comments, next_cursor: more.cursor ?? null };
}

const viewer = (comments, votes = []) => ({ comments, votes: votes.map(([comment_id, value]) => ({ comment_id, value })) });
const shown = (state) => store.tree(state).map(function line({ comment: { id, status }, branches }) {
  return [`${id} ${status}`, ...branches.map(line)];
});
const NOW = Date.parse('2026-01-02T00:00:00Z');

test('a comment that waits is kept over a refresh as long as the service shows no more of it', () => {
  const waiting = comment('b', { status: 'pending' });
  const begun = store.withViewer(store.begin(page([root('a')]), 'newest'), viewer([waiting]), NOW);
  assert.deepEqual(shown(begun), [['b pending'], ['a published']]);
  assert.deepEqual(shown(store.begin(page([root('a')]), 'newest', begun)), [['b pending'], ['a published']]);
  assert.deepEqual(shown(store.begin(page([root('b'), root('a')]), 'newest', begun)), [['b published'], ['a published']]);
});

test('what became of a comment that waited is seen in the viewer’s own', () => {
  const begun = store.withViewer(store.begin(page([root('a')]), 'newest'), viewer([comment('b', { status: 'pending' })]), NOW);
  const again = store.begin(page([root('a')]), 'newest', begun);
  assert.deepEqual(shown(store.withViewer(again, viewer([comment('b')]), NOW, begun)), [['b published'], ['a published']]);
  assert.deepEqual(shown(store.withViewer(again, viewer([]), NOW, begun)), [['a published']]);
});

test('a comment that was posted while the viewer’s own was asked for stays', () => {
  const begun = store.begin(page([root('a')]), 'newest');
  const posted = store.withPosted(begun, { comment: comment('b', { status: 'pending' }), thread: begun.thread });
  assert.deepEqual(shown(store.withViewer(posted, viewer([]), NOW, begun)), [['b pending'], ['a published']]);
});

test('a comment that was let through is none that its writer has to be told of', () => {
  const begun = store.withViewer(store.begin(page([root('a')]), 'newest'), viewer([comment('b', { status: 'pending' })]), NOW);
  const told = store.withFate(begun, viewer([comment('b')]), NOW);
  assert.equal(store.unseen(told, 2), 0);
  assert.equal(store.unseen(told, 3), 1);
});

test('a reply that waits comes with its root, whenever that comes', () => {
  const waiting = reply('c', 'a', { status: 'pending' });
  const first = store.begin(page([root('b')], { cursor: 'next', count: 2 }), 'newest');
  const begun = store.withViewer(first, viewer([waiting]), NOW);
  assert.deepEqual(shown(begun), [['b published']]);
  const more = store.withPage(begun, page([root('a')]));
  assert.deepEqual(shown(more), [['b published'], ['a published', ['c pending']]]);
  // Also after a refresh, and by a link.
  const again = store.begin(page([root('b')], { cursor: 'next', count: 2 }), 'newest', begun);
  assert.deepEqual(shown(store.withLinked(again, 'a', [comment('a')])), [['a published', ['c pending']], ['b published']]);
});

test('votes that were cast since the viewer’s own was asked for win, and no older ones', () => {
  const begun = store.withViewer(store.begin(page([root('a'), root('b')]), 'newest'), viewer([], [['a', 1], ['b', 1]]), NOW);
  const cast = store.withVote(begun, 'b', { score: { up: 0, down: 1 }, value: -1 });
  const learnt = store.withViewer(cast, viewer([], [['b', 1]]), NOW, begun);
  assert.equal(learnt.votes.get('a'), undefined);
  assert.equal(learnt.votes.get('b'), -1);
});

test('what was posted and read by somebody is told of, whatever else was learnt of the number', () => {
  const begun = store.begin(page([root('b')], { cursor: 'next', count: 2 }), 'newest');
  const more = store.withPage(begun, page([root('a')], { count: 3 }));
  assert.equal(store.unseen(more, 3), 1);
  const posted = store.withPosted(begun, { comment: comment('d'), thread: { ...begun.thread, comment_count: 4 } });
  assert.equal(store.unseen(posted, 4), 1);
});

test('the roots that were answered meanwhile are known by their numbers', () => {
  const begun = store.begin(page([root('b'), root('a', [reply('c', 'a')])]), 'newest');
  const grownPage = page([root('b'), { ...root('a', [reply('c', 'a')]), descendant_count: 2 }]);
  const news = store.withNews(begun, grownPage);
  assert.deepEqual(store.grown(begun, news, grownPage), ['a']);
  const replies = { comments: [reply('c', 'a'), reply('d', 'a')], next_cursor: null };
  assert.deepEqual(shown(store.withReplies(news, 'a', replies)), [
    ['b published'], ['a published', ['c published'], ['d published']],
  ]);
});

test('a change that is held back or let through is counted where it stands', () => {
  const begun = store.begin(page([root('a', [reply('b', 'a')])]), 'newest');
  const held = store.withEdited(begun, { comment: reply('b', 'a', { status: 'pending' }), thread: { ...begun.thread, comment_count: 1 } });
  const counts = (state) => [state.comments.get('a').reply_count, state.comments.get('a').descendant_count, state.known];
  assert.deepEqual(counts(held), [0, 0, 1]);
  const freed = store.withEdited(held, { comment: reply('b', 'a'), thread: begun.thread });
  assert.deepEqual(counts(freed), [1, 1, 2]);
});

test('what nothing was learnt of is the same object, so that nobody has to look at it again', () => {
  const begun = store.begin(page([root('c'), root('b')], { cursor: 'next', count: 3 }), 'newest');
  const more = store.withPage(begun, page([root('a')], { count: 3 }));
  for (const id of ['b', 'c']) {
    assert.equal(more.comments.get(id), begun.comments.get(id));
    assert.equal(more.conversations.get(id), begun.conversations.get(id));
  }
  for (const name of ['own', 'votes', 'linked', 'pinned', 'policy', 'lifted']) assert.equal(more[name], begun[name], name);
});
