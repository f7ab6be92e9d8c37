// What the bundler makes of files that are no scripts.

declare module '*.css' {
  const text: string;
  export default text;
}

declare module '*.json' {
  const texts: Record<string, string | Record<string, string>>;
  export default texts;
}

/** The hash of each part's content, put in by the build. */
declare const PARTS: Record<string, string>;
