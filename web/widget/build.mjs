// Makes of the sources what browsers load, in web/dist. The same sources make the same bytes, on every machine: the
// bundler is pinned in tests/browser/package-lock.json.
//
//   node web/widget/build.mjs           writes web/dist
//   node web/widget/build.mjs --check   fails if web/dist is anything else

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const SOURCES = import.meta.dirname;
const TARGET = resolve(SOURCES, '../dist');
/** What is a file of its own, so that readers don't wait for what only some of them need. */
const PARTS = ['further', 'preview', 'ranked', 'writing'];
/** How many characters of its hash name the content of a part; the service counts the same. */
const CONTENT_CHARACTERS = 12;
/** Texts that only pages without JavaScript have. */
const SERVER_ONLY = 'page.';
const COMMAND = './test --widget';

/** A custom property that is not for pages to set. */
const OWN_PROPERTY = /--(?!rejoinder-)([a-z][a-z-]*)/g;
const STYLES = ['style.css', 'form.css', 'ranking.css'];

const tools = resolve(process.env.REJOINDER_BROWSER_TOOLS ?? 'target/browser-tools', 'package.json');
const esbuild = createRequire(tools)('esbuild');

const source = (name) => readFileSync(join(SOURCES, name), 'utf8');

/** The same names in all style sheets, by their order. */
const ownProperties = new Set(STYLES.flatMap((name) => [...source(name).matchAll(OWN_PROPERTY)].map(([, own]) => own)));
const shortNames = new Map([...ownProperties].map((name, index) => [name, index.toString(36)]));

/** Style sheets become texts, as short as they can be. */
const styles = {
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, ({ path }) => ({ contents: style(readFileSync(path, 'utf8')), loader: 'text' }));
  },
};

function style(text) {
  const short = text.replace(OWN_PROPERTY, (_, name) => `--${shortNames.get(name)}`);
  const { code } = esbuild.transformSync(short, { loader: 'css', minify: true, legalComments: 'none' });
  // White space in custom properties is left alone, for they could be anything; ours are all values.
  return code.trim().replace(/(?<=[:,]) /g, '');
}

async function script(name, define = {}) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(SOURCES, name)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    minify: true,
    legalComments: 'none',
    define,
    plugins: [styles],
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}

const hash = (text) => createHash('sha256').update(text).digest('hex').slice(0, CONTENT_CHARACTERS);

/** Every file that there shall be, by its name, in the order of names. */
async function make() {
  const files = new Map();
  files.set('count.js', await script('count.js'));
  for (const name of PARTS) files.set(`${name}.js`, await script(`${name}.js`));
  const contents = PARTS.map((name) => [name, hash(files.get(`${name}.js`))]);
  files.set('widget.js', await script('widget.js', { PARTS: JSON.stringify(Object.fromEntries(contents)) }));
  files.set('widget.css', `${style(STYLES.slice(0, 2).map(source).join('\n'))}\n`);
  for (const name of readdirSync(join(SOURCES, 'locales')).filter((file) => file.endsWith('.json')).sort()) {
    const texts = Object.entries(JSON.parse(source(`locales/${name}`))).filter(([key]) => !key.startsWith(SERVER_ONLY));
    files.set(`locales/${name}`, `${JSON.stringify(Object.fromEntries(texts))}\n`);
  }
  return files;
}

function present() {
  const names = readdirSync(TARGET, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Set(names.map((entry) => join(entry.parentPath, entry.name).slice(TARGET.length + 1)));
}

function write(files) {
  rmSync(TARGET, { recursive: true, force: true });
  for (const [name, text] of files) {
    mkdirSync(dirname(join(TARGET, name)), { recursive: true });
    writeFileSync(join(TARGET, name), text);
  }
}

function differences(files) {
  const old = present();
  const changed = [...files].filter(([name, text]) => !old.has(name) || readFileSync(join(TARGET, name), 'utf8') !== text);
  const stale = [...old].filter((name) => !files.has(name));
  return [...changed.map(([name]) => name), ...stale];
}

/** Prints about what each file weighs; that it isn't too much is a test of the program, which compresses better. */
function weigh(files) {
  for (const [name, text] of files) {
    console.log(`${name}: ${Buffer.byteLength(text)} bytes, about ${gzipSync(text, { level: 9 }).length} compressed`);
  }
}

const files = await make();
const complaints = [];
if (process.argv.includes('--check')) {
  const differing = differences(files);
  if (differing.length > 0) complaints.push(`web/dist is not what web/widget makes (${differing.join(', ')}): ${COMMAND}`);
} else {
  write(files);
}
weigh(files);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length > 0 ? 1 : 0;
