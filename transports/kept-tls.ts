import { X509Certificate } from 'node:crypto';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { readTlsFiles, refuseUnverified, type TlsFiles, type TlsSettings } from './tls-options.ts';

/**
 * The files of one `tls` section, as they were when they last were of use. They are read whenever they are asked for;
 * while what is there cannot be used (a file is gone or half written, the key has been replaced and the certificate not
 * yet), those from before are.
 */
export class KeptTls {
  private readonly settings: TlsSettings;
  private readonly host: string;
  private readonly notice: (message: string) => void;
  private good: TlsFiles | undefined;
  private told: string | undefined;

  /** @param notice told once when new files cannot be used */
  constructor(settings: TlsSettings, host: string, notice: (message: string) => void) {
    this.settings = settings;
    this.host = host;
    this.notice = notice;
  }

  /**
   * What a handshake needs now: the same object as long as the files are the same.
   * @throws as `readTlsFiles`, and an error of OpenSSL, when the files never were of use
   */
  now(): TlsFiles {
    refuseUnverified();
    try {
      this.good = this.sameOrNew(readTlsFiles(this.settings, this.host));
      this.told = undefined;
      return this.good;
    } catch (error) {
      if (this.good === undefined) throw error;
      this.tell((error as Error).message);
      return this.good;
    }
  }

  private sameOrNew(read: TlsFiles): TlsFiles {
    if (this.good !== undefined && isSame(read.options, this.good.options)) return this.good;
    for (const block of String(read.options.ca ?? '').split(/(?=-----BEGIN CERTIFICATE-----)/))
      if (block.includes('-----BEGIN')) new X509Certificate(block);
    return { ...read, options: { ...read.options, secureContext: createSecureContext(read.options) } };
  }

  private tell(why: string): void {
    if (why === this.told) return;
    this.told = why;
    this.notice(
      `the files of the tls section have changed, and cannot be used so: ${why}; those from before stay in use`,
    );
  }
}

function isSame(a: ConnectionOptions, b: ConnectionOptions): boolean {
  return a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}
