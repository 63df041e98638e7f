/**
 * Cookies of one connection, as a load balancer sets them to keep a client on one indexer. They go back to the only
 * endpoint we speak to, so path, domain and expiry mean nothing here (RFC 6265).
 */
export class Cookies {
  private readonly values = new Map<string, string>();

  /** @param setCookie the `set-cookie` headers of a reply */
  take(setCookie: readonly string[] | undefined): void {
    for (const line of setCookie ?? []) {
      const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined) continue;
      if (value === '') this.values.delete(name);
      else this.values.set(name, value.trim());
    }
  }

  /** The `cookie` header, if there is any cookie. */
  header(): { cookie?: string } {
    if (this.values.size === 0) return {};
    return { cookie: [...this.values].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}
