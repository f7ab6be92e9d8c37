// The real service with a database of its own, and people who use it: for the tests of its pages.

import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const BUILT = resolve(process.env.CARGO_TARGET_DIR ?? 'target', 'debug', 'rejoinder');
const PROGRAM = process.env.REJOINDER_PROGRAM ?? BUILT;
const LISTENING = /listening on (http:\/\/\S+)/;

/** A password for everybody who needs one. */
export const PASSWORD = 'copper kettle on the moor';

export class Service {
  /** Starts the service on a free port; `settings` have the names of the environment without REJOINDER__. */
  static async start(settings = {}) {
    const folder = mkdtempSync(join(tmpdir(), 'rejoinder-browser.'));
    const own = {
      HTTP__LISTEN: '127.0.0.1:0',
      DATABASE__URL: `sqlite://${join(folder, 'rejoinder.db')}`,
      LIMITS__ENABLED: 'false',
      LOG__FORMAT: 'text',
      ...settings,
    };
    const environment = { ...process.env };
    for (const [name, value] of Object.entries(own)) environment[`REJOINDER__${name}`] = value;
    const child = spawn(PROGRAM, [], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const origin = await new Promise((found, failed) => {
      let said = '';
      const read = (chunk) => {
        said += chunk;
        const match = LISTENING.exec(said);
        if (match) found(match[1]);
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.on('error', failed);
      child.on('exit', (code) => failed(new Error(`the service ended with ${code}: ${said}`)));
    });
    return new Service({ child, environment, folder, origin });
  }

  constructor(parts) {
    Object.assign(this, parts);
  }

  async stop() {
    this.child.removeAllListeners('exit');
    const ended = new Promise((done) => this.child.on('exit', done));
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a command of the program, and gives what it prints. */
  command(...words) {
    const { status, stdout, stderr } = spawnSync(PROGRAM, words, {
      cwd: this.folder,
      env: this.environment,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`rejoinder ${words.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  /** Adds a member of staff, and gives their API token. */
  addStaff(name, role) {
    return this.command('staff', 'add', name, '--role', role);
  }

  /** Asks the API; an answer that isn't a success is an error. */
  async ask(method, path, { token, cookie, body } = {}) {
    const headers = { 'Content-Type': 'application/json', 'Sec-Fetch-Site': 'same-origin' };
    if (token) headers.Authorization = `Bearer ${token}`;
    if (cookie) headers.Cookie = cookie;
    const answer = await fetch(`${this.origin}/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return { document: text ? JSON.parse(text) : null, cookie: answer.headers.get('set-cookie')?.split(';')[0] };
  }

  /** Gives a member of staff a password and a second factor, and returns the secret of that. */
  async enrol(token) {
    const { cookie } = await this.ask('POST', 'admin/session', { body: { token } });
    await this.ask('PUT', 'admin/me/password', { cookie, body: { new_password: PASSWORD } });
    const { document } = await this.ask('POST', 'admin/me/totp', { cookie });
    await this.ask('PUT', 'admin/me/totp', { cookie, body: { code: code(document.secret) } });
    await this.ask('DELETE', 'admin/session', { cookie });
    return document.secret;
  }

  /** Posts a comment as somebody new, and gives the answer. */
  async post(name, thread, body, more = {}) {
    const comment = { thread: { key: thread }, author: { name }, body, ...more };
    return (await this.ask('POST', 'sites/default/comments', { body: comment })).document;
  }
}

/** The code of an authenticator app (RFC 6238) `steps` of 30 seconds from now. */
export function code(secret, steps = 0) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'));
  const key = Buffer.from(bits.join('').match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const digest = createHmac('sha1', key).update(counter).digest();
  const number = digest.readUInt32BE(digest.at(-1) & 15) & 0x7f_ff_ff_ff;
  return String(number % 1_000_000).padStart(6, '0');
}
