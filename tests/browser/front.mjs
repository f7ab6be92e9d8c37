// What stands between a browser and the service: it passes everything on, notes it, and lets go wrong what a test says.

import { createServer, request as ask } from 'node:http';

export class Front {
  /** Everything that was asked: `{ method, path, headers, body, status, cookie }`. */
  log = [];
  #faults = [];

  /** Starts it before the service with this origin. */
  static async start(target) {
    const front = new Front();
    front.target = target;
    front.server = createServer((request, response) => front.#take(request, response));
    await new Promise((done) => front.server.listen(0, '127.0.0.1', done));
    front.origin = `http://127.0.0.1:${front.server.address().port}`;
    return front;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /**
   * Lets the next request of this kind go wrong, or as many as `times`: `drop` it, `lose` its answer, or `keep` the
   * answer for ever. Gives a promise that is kept when it has happened.
   */
  fail(method, pattern, how, times = 1) {
    return new Promise((happened) => this.#faults.push({ method, pattern, how, times, happened }));
  }

  /** Lets the answer to the next request of this kind wait for a promise. */
  delay(method, pattern, until) {
    this.#faults.push({ method, pattern, how: 'delay', times: 1, until });
  }

  /** Answers itself from now on, with this JSON, and with further headers. */
  answer(method, pattern, text, status = 200, headers = {}) {
    this.#faults.push({ method, pattern, how: 'answer', times: Infinity, text, status, headers });
  }

  /** Lets nothing go wrong any more. */
  mend() {
    this.#faults = [];
  }

  /** What was asked for by this method, at addresses like that. */
  asked(method, pattern) {
    return this.log.filter((entry) => entry.method === method && pattern.test(entry.path));
  }

  async #take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const { method, url: path, headers } = request;
    const entry = { method, path, headers, body: body.toString(), status: null, cookie: null };
    this.log.push(entry);
    const fault = this.#faults.find((one) => one.times > 0 && one.method === method && one.pattern.test(path));
    if (fault) fault.times -= 1;
    if (fault?.how === 'drop') return fail(fault, request);
    if (fault?.how === 'answer') {
      const open = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Expose-Headers': '*' };
      response.writeHead(fault.status, { 'Content-Type': 'application/json', ...open, ...fault.headers });
      return response.end(fault.text);
    }
    await fault?.until;
    const onward = ask(this.target + path, { method, headers }, (answer) => {
      entry.status = answer.statusCode;
      entry.cookie = answer.headers['set-cookie'] ?? null;
      if (fault?.happened) {
        answer.resume();
        answer.on('end', () => fail(fault, request));
        return;
      }
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    onward.end(body);
  }
}

function fail({ how, happened }, request) {
  if (how !== 'keep') request.socket.destroy();
  happened();
}
