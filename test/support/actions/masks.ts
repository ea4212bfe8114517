/**
 * What the runner hides in everything that a job prints: each secret, and its forms in base64, JSON, XML, URLs, expressions
 * and quotes (actions/runner, SecretMasker.cs and ValueEncoders.cs; PowerShell's forms are left out). It knows exact text
 * only: a part of a secret is shown.
 */
export class Masks {
  readonly #values = new Set<string>();
  readonly #forms = new Set<string>();

  constructor(secrets: readonly string[] = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** As they were added. */
  get values(): readonly string[] {
    return [...this.#values];
  }

  add(secret: string): void {
    if (secret === '') return;
    this.#values.add(secret);
    for (const form of [secret, ...formsOf(secret)]) if (form !== '') this.#forms.add(form);
  }

  hide(text: string): string {
    const places = [...this.#forms].flatMap((form) => placesOf(form, text)).sort(([a], [b]) => a - b);
    let shown = '';
    let at = 0;
    let hidden: Place | undefined;
    for (const [from, to] of places) {
      // What touches is hidden by one row of stars.
      if (hidden !== undefined && from <= hidden[1]) hidden = [hidden[0], Math.max(hidden[1], to)];
      else {
        if (hidden !== undefined) [shown, at] = [`${shown}${text.slice(at, hidden[0])}***`, hidden[1]];
        hidden = [from, to];
      }
    }
    return hidden === undefined ? text : `${shown}${text.slice(at, hidden[0])}***${text.slice(hidden[1])}`;
  }

  /** The runner passes no such value from job to job: `Skip output 'x' since it may contain secret`. */
  mayHoldSecret(value: string): boolean {
    return this.hide(value) !== value;
  }
}

type Place = readonly [from: number, to: number];

function placesOf(form: string, text: string): Place[] {
  const places: Place[] = [];
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) places.push([at, at + form.length]);
  return places;
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    ...[0, 1, 2].map((shift) => bytes.subarray(bytes.length > shift ? shift : 0).toString('base64')),
    secret.replaceAll('"', '\\"'),
    secret.replaceAll("'", "''"),
    JSON.stringify(secret).slice(1, -1),
    // What .NET escapes and encodeURIComponent does not.
    encodeURIComponent(secret).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`),
    secret.replace(/[<>&"']/g, (one) => XML[one] ?? one),
    secret.length > 8 && secret.startsWith('"') && secret.endsWith('"') ? secret.slice(1, -1) : '',
  ];
}

const XML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };
