// Speaks HTTP with the service: one function, and the errors that it can end with. calls.js has the calls.
//
// The session is a cookie that scripts can't read. What keeps other sites out is that the service takes changes only
// from pages of its own origin, so nothing is to be added to a request.

/** @import { Problem, Query } from './types' */

import { reportConnection } from './connection.js';

const BASE = new URL('../api/v1/admin/', document.baseURI);
const TIMEOUT_MILLISECONDS = 15_000;
const SIGNED_OUT = new Set(['staff_token_required', 'invalid_staff_token', 'session_ended']);

const events = new EventTarget();

/** The service said no, and why. */
export class ApiProblem extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail || problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
    this.status = problem.status;
    this.code = problem.code;
    this.requestId = problem.request_id;
    this.retryAfterSeconds = problem.retry_after_seconds ?? null;
  }

  /**
   * What is wrong with each member: its name, and a sentence.
   *
   * @returns {Map<string, string>}
   */
  get fields() {
    const faults = (this.problem.errors ?? []).filter((error) => error.in !== 'header');
    return new Map(faults.reverse().map((error) => [error.pointer.split('/')[1] ?? '', error.detail]));
  }
}

/** The service could not be asked, or did not answer. */
export class ConnectionError extends Error {
  /** @param {'offline' | 'timeout'} kind */
  constructor(kind) {
    super(
      kind === 'timeout'
        ? 'The service took too long to answer.'
        : 'The service can’t be reached. Check your connection.',
    );
    this.name = 'ConnectionError';
    this.kind = kind;
  }
}

/**
 * Makes a call.
 *
 * @param {'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} method
 * @param {string} path below /api/v1/admin/
 * @param {{ query?: Query, body?: unknown, signal?: AbortSignal }} [options]
 * @returns {Promise<any>} the answer, or null if it has no content
 * @throws {ApiProblem | ConnectionError | DOMException} the last if `signal` ended it
 */
export async function call(method, path, { query = {}, body, signal } = {}) {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const response = await answerOf(addressOf(path, query), {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  });
  if (response.ok) return response.json;
  const problem = new ApiProblem(response.json);
  if (SIGNED_OUT.has(problem.code)) events.dispatchEvent(new Event('signed-out'));
  throw problem;
}

/**
 * Tells when a call found that nobody is signed in any more.
 *
 * @param {() => void} listener
 */
export function onSignedOut(listener) {
  events.addEventListener('signed-out', listener);
}

/**
 * Whether a call was ended by the page itself, which is nothing to tell anybody about.
 *
 * @param {unknown} error
 */
export function isAborted(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * A sentence for a person.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (error instanceof ApiProblem) {
    if (SIGNED_OUT.has(error.code)) return 'Your session has ended.';
    if (error.status === 429 && error.retryAfterSeconds !== null) {
      return `Too many requests. Try again in ${error.retryAfterSeconds} s.`;
    }
    return error.message;
  }
  if (error instanceof ConnectionError) return error.message;
  console.error(error);
  return 'Something went wrong in this page.';
}

/**
 * @param {string} path
 * @param {Query} query
 */
function addressOf(path, query) {
  const url = new URL(path, BASE);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url;
}

/**
 * @param {URL} url
 * @param {RequestInit} request
 * @returns {Promise<{ ok: boolean, json: any }>}
 */
async function answerOf(url, request) {
  try {
    const response = await fetch(url, request);
    const text = await response.text();
    reportConnection(true);
    return { ok: response.ok, json: read(response, text) };
  } catch (error) {
    if (isAborted(error) || error instanceof ApiProblem) throw error;
    reportConnection(false);
    throw new ConnectionError(error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'offline');
  }
}

/**
 * @param {Response} response
 * @param {string} text
 */
function read(response, text) {
  if (response.status === 204 || (response.ok && text === '')) return null;
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between answered with a page of its own.
    const request_id = response.headers.get('X-Request-Id') ?? '';
    const detail = `The answer (${response.status}) was not from the service.`;
    throw new ApiProblem({ type: '', title: detail, status: response.status, detail, code: 'not_json', request_id });
  }
}
