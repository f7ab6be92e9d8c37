// Pages of somebody else, at another site than the service: `localhost` is a stranger to `127.0.0.1`.

import { createServer } from 'node:http';

export class Host {
  #pages = new Map();

  static async start() {
    const host = new Host();
    host.server = createServer((request, response) => {
      const { pathname } = new URL(request.url, host.origin);
      const page = host.#pages.get(pathname);
      response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers });
      response.end(page?.text);
    });
    await new Promise((done) => host.server.listen(0, 'localhost', done));
    host.origin = `http://localhost:${host.server.address().port}`;
    return host;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** Has a page at a path from now on; `headers` come with it. */
  put(path, text, headers = {}) {
    this.#pages.set(path, { text, headers });
  }
}

/**
 * The text of a page with the widget in it, from the service at `origin`. `attributes` are those of the element; `before`
 * and `after` stand around it, `inside` in it, and `head` in the head.
 */
export function article(origin, attributes, { before = '', after = '', inside = '', head = '', lang = 'en', dir = 'ltr' } = {}) {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`).join('');
  return `<!doctype html>
<html lang="${lang}" dir="${dir}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The last ferry</title>
<link rel="icon" href="data:,">
<script type="module" src="${origin}/widget.js"></script>
${head}
<main>
<h1>The last ferry</h1>
${before}
<rejoinder-comments${written}>${inside}</rejoinder-comments>
${after}
</main>
</html>`;
}
