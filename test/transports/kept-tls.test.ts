import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { KeptTls } from '../../transports/kept-tls.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';

let certificates: Certificates;
let directory: string;
let notices: string[];
let [ca, cert, key] = ['', '', ''];

beforeAll(async () => {
  certificates = await makeCertificates();
  directory = mkdtempSync(join(tmpdir(), 'kept-'));
  [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => join(directory, name)) as [string, string, string];
});
afterAll(() => {
  certificates.remove();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  notices = [];
  put(certificates.client);
  copyFileSync(certificates.ca, ca);
});

function put(identity: { readonly cert: string; readonly key: string }): void {
  copyFileSync(identity.cert, cert);
  copyFileSync(identity.key, key);
}

function kept(): KeptTls {
  const settings = { ca_file: ca, cert_file: cert, key_file: key, server_name: null, min_version: 'TLSv1.2' } as const;
  return new KeptTls(settings, 'siem.example', (notice) => notices.push(notice));
}

test('the same object while the files are the same, another one when they have changed', () => {
  const tls = kept();
  const first = tls.now();
  expect(tls.now()).toBe(first);
  put(certificates.strangerClient);
  const second = tls.now();
  expect(second).not.toBe(first);
  expect(second.options.cert).toBe(readFileSync(certificates.strangerClient.cert, 'utf8'));
  expect(notices).toEqual([]);
});

test.each([
  ['a file is gone', () => rmSync(cert), 'tls.cert_file'],
  [
    'the key is new and the certificate is not',
    () => copyFileSync(certificates.strangerClient.key, key),
    'key values mismatch',
  ],
  ['the authorities are half written', () => writeFileSync(ca, readFileSync(certificates.ca).subarray(0, 300)), 'PEM'],
  [
    'the certificate is half written',
    () => writeFileSync(cert, readFileSync(certificates.client.cert).subarray(0, 300)),
    'no PEM',
  ],
])('%s: the files from before stay in use, which is told once', (_name, spoil, why) => {
  const tls = kept();
  const before = tls.now();
  spoil();
  expect([tls.now(), tls.now()]).toEqual([before, before]);
  expect(notices).toHaveLength(1);
  expect(notices[0]?.toLowerCase()).toContain(why.toLowerCase());
  put(certificates.strangerClient);
  copyFileSync(certificates.ca, ca);
  expect(tls.now()).not.toBe(before);
});

test('files that never were of use are a fault', () => {
  rmSync(cert);
  expect(() => kept().now()).toThrow('tls.cert_file');
});

test('only one of two authorities can be read: neither is taken', () => {
  const tls = kept();
  const before = tls.now();
  writeFileSync(
    ca,
    `${readFileSync(certificates.otherCa, 'utf8')}${readFileSync(certificates.ca, 'utf8').slice(0, 200)}`,
  );
  expect(tls.now()).toBe(before);
  expect(notices).toHaveLength(1);
});
