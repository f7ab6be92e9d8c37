// That what is written about the elements is what they are: the manifest, the types, and the documentation name the same
// attributes, methods, events, parts and custom properties as the sources.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const WIDGET = new URL('../../web/widget/', import.meta.url);
const read = (name, folder = WIDGET) => readFileSync(new URL(name, folder), 'utf8');
const uncommented = (source) => source.replace(/\/\*\*?[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
const all = (text, pattern) => [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter(Boolean));
const unique = (names) => [...new Set(names)].sort();

const scripts = readdirSync(WIDGET).filter((name) => name.endsWith('.js'));
const styles = readdirSync(WIDGET).filter((name) => name.endsWith('.css'));
const own = { 'rejoinder-ranking': ['ranking.js', 'ranked.js'], 'rejoinder-count': ['counts.js', 'labelled-count.js'] };
own['rejoinder-comments'] = scripts.filter((name) => !Object.values(own).flat().includes(name) && name !== 'element.js');
const MAIN = {
  'rejoinder-comments': 'comments.js',
  'rejoinder-count': 'counts.js',
  'rejoinder-ranking': 'ranking.js',
};
const TAGS = Object.keys(MAIN);

const manifest = JSON.parse(read('custom-elements.json'));
const declarations = new Map(manifest.modules.flatMap((module) => module.declarations).map((one) => [one.tagName, one]));
const documentation = read('../../docs/embedding.md').split(/^## /m);
const types = read('widget.d.ts');

/** What the sources say of an element. */
function inSources(tag) {
  const source = uncommented(own[tag].map((name) => read(name)).join('\n'));
  const custom = unique(all(styles.map((name) => read(name)).join('\n'), /(--rejoinder-[a-z-]+)/g));
  return {
    attributes: unique(all(source, /static observedAttributes = \[([^\]]*)\]/g).flatMap((list) => all(list, /'([a-z-]+)'/g))),
    methods: unique(all(read(MAIN[tag]), /^ {2}async (\w+)\(/gm)),
    events: unique(all(source, /emit\('(\w+)'/g).map((name) => `rejoinder:${name}`)),
    parts: unique(partsIn(source)),
    properties: tag === 'rejoinder-count' ? [] : custom,
  };
}

function partsIn(source) {
  const named = all(source, /part: '([^']+)'/g);
  const links = all(source, /#link\('([\w-]+)'/g);
  // `button` names its part by its class, unless it is told another.
  const calls = all(source, /(?<!\.)\bbutton\(([^()]*'[^\n]*)/g).filter((call) => !call.includes('part:'));
  const buttons = calls.flatMap((call) => all(call.split(', ')[0], /'([\w -]+)'/g));
  const fields = source.includes("set(input, 'part', input.localName)") ? ['input', 'textarea'] : [];
  return [...named, ...links, ...buttons, ...fields].flatMap((names) => names.split(' '));
}

function inManifest(tag) {
  const names = (list) => unique((list ?? []).map(({ name }) => name));
  const { attributes, members, events, cssParts, cssProperties } = declarations.get(tag);
  return {
    attributes: names(attributes),
    methods: names(members),
    events: names(events),
    parts: names(cssParts),
    properties: names(cssProperties),
  };
}

/** What stands in the tables of an element's section, by the word above their first column. */
function inDocumentation(tag) {
  const section = documentation.find((text) => text.split('\n')[0].includes(`<${tag}>`));
  const column = (heading) => {
    const table = section.split(`\n| ${heading} |`)[1]?.split('\n\n')[0] ?? '';
    return unique(all(table, /^\| `([\w:-]+)(?:\([^)]*\))?` \|/gm));
  };
  const properties = column('property');
  return {
    attributes: column('attribute'),
    methods: column('method'),
    events: column('event'),
    parts: column('part'),
    properties: tag === 'rejoinder-ranking' ? inDocumentation('rejoinder-comments').properties : properties,
  };
}

test('the manifest has all elements that the script defines', () => {
  assert.deepEqual(unique(all(read('widget.js'), /define\('([\w-]+)'/g)), [...TAGS].sort());
  assert.deepEqual([...declarations.keys()].sort(), [...TAGS].sort());
  for (const { path, declarations: classes } of manifest.modules) {
    for (const { name } of classes) assert.match(read(path), new RegExp(`export class ${name} `));
  }
});

for (const tag of TAGS) {
  test(`<${tag}>: the manifest says what it is`, () => {
    assert.deepEqual(inManifest(tag), inSources(tag));
  });

  test(`<${tag}>: the documentation says what it is`, () => {
    assert.deepEqual(inDocumentation(tag), inSources(tag));
  });

  test(`<${tag}>: the types say what it is`, () => {
    const [, name] = new RegExp(`'${tag}': (\\w+);`).exec(types);
    const body = types.split(`export interface ${name} extends HTMLElement {`)[1].split('\n}')[0];
    assert.deepEqual(unique(all(body, /^ {2}(\w+)\(/gm)), inSources(tag).methods);
    const events = unique(all(types.split('interface RejoinderEventMap {')[1].split('\n}')[0], /'(rejoinder:\w+)'/g));
    assert.deepEqual(inSources(tag).events.filter((event) => !events.includes(event)), []);
  });
}

test('every event of the types is one that an element has', () => {
  const events = unique(all(types.split('interface RejoinderEventMap {')[1].split('\n}')[0], /'(rejoinder:\w+)'/g));
  assert.deepEqual(events, unique(TAGS.flatMap((tag) => inSources(tag).events)));
});
