import { afterEach, beforeAll, expect, test } from 'vitest';
import { checkTls, clientCertificateEnd, type TlsSettings, tlsOptions } from '../../transports/tls-options.ts';
import { DeliveryError } from '../../transports/transport.ts';
import { type Certificates, makeCertificates } from '../fakes/certificates.ts';

const NONE: TlsSettings = { ca_file: null, cert_file: null, key_file: null, server_name: null, min_version: 'TLSv1.2' };
let certificates: Certificates;

beforeAll(async () => {
  certificates = await makeCertificates();
  return certificates.remove;
});

afterEach(() => {
  delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
});

test('nothing given: everything is verified all the same', () => {
  expect(tlsOptions(NONE)).toEqual({ rejectUnauthorized: true, minVersion: 'TLSv1.2' });
});

test('files become their contents', () => {
  const { cert: cert_file, key: key_file } = certificates.client;
  const options = tlsOptions({
    ...NONE,
    ca_file: certificates.ca,
    cert_file,
    key_file,
    server_name: 'siem',
    min_version: 'TLSv1.3',
  });
  expect(options).toEqual({
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
    ca: expect.stringContaining('BEGIN CERTIFICATE'),
    cert: expect.stringContaining('BEGIN CERTIFICATE'),
    key: expect.stringContaining('BEGIN PRIVATE KEY'),
    servername: 'siem',
  });
});

function thrown(action: () => unknown): DeliveryError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(DeliveryError);
    return error as DeliveryError;
  }
  throw new Error('nothing was thrown');
}

test.each(['ca_file', 'cert_file', 'key_file'] as const)('%s that is missing blocks, and is named', (setting) => {
  const error = thrown(() => tlsOptions({ ...NONE, [setting]: '/no/such.pem' }));
  expect(error.code).toBe('TF-TLS-FILE');
  expect(error.message).toContain(`tls.${setting}: /no/such.pem`);
  expect(error.fault.kind).toBe('blocked');
});

test('an environment that turns verification off is refused', () => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  expect(thrown(() => tlsOptions(NONE)).code).toBe('TF-TLS-UNVERIFIED');
});

test('the end of our certificate', () => {
  expect(clientCertificateEnd(NONE)).toBeUndefined();
  const end = clientCertificateEnd({ ...NONE, cert_file: certificates.client.cert });
  expect(Math.round(((end?.getTime() ?? 0) - Date.now()) / 86_400_000)).toBe(30);
  expect(thrown(() => clientCertificateEnd({ ...NONE, cert_file: certificates.client.key })).code).toBe('TF-TLS-FILE');
});

test('certificate and key come together', () => {
  expect(checkTls(NONE)).toEqual([]);
  expect(checkTls({ ...NONE, cert_file: '/a', key_file: '/b' })).toEqual([]);
  expect(checkTls({ ...NONE, cert_file: '/a' }).map(([path]) => path)).toEqual(['tls.key_file']);
  expect(checkTls({ ...NONE, key_file: '/b' }).map(([path]) => path)).toEqual(['tls.cert_file']);
});
