import './decorator-metadata.ts';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key as PEM files. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** Certificates for tests, made anew each time and written to a directory for temporary files. */
export interface Certificates {
  /** PEM file of the authority that signed all of these, but for `strangerClient`. */
  readonly ca: string;
  /** PEM file of an authority that signed none of the servers. */
  readonly otherCa: string;
  /** For `localhost` and 127.0.0.1. */
  readonly server: Identity;
  /** Another one for the same names. */
  readonly otherServer: Identity;
  readonly expiredServer: Identity;
  /** For `elsewhere.example`. */
  readonly wrongHostServer: Identity;
  readonly client: Identity;
  /** Another one of the same client. */
  readonly renewedClient: Identity;
  /** A client certificate from `otherCa`. */
  readonly strangerClient: Identity;
  /** Removes the files. */
  remove(): void;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

interface Authority {
  readonly cert: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Wanted {
  readonly name: string;
  readonly usage: string;
  readonly names?: readonly x509.JsonGeneralName[];
  /** Days from now. */
  readonly validity?: readonly [from: number, to: number];
}

export async function makeCertificates(): Promise<Certificates> {
  x509.cryptoProvider.set(webcrypto);
  const directory = mkdtempSync(join(tmpdir(), 'certificates-'));
  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const [ca, otherCa] = await Promise.all([authority('Test CA'), authority('Other CA')]);
  const identity = async (issuer: Authority, file_: string, wanted: Wanted): Promise<Identity> => {
    const { cert, keys } = await issue(issuer, wanted);
    return { cert: file(`${file_}.pem`, cert.toString('pem')), key: file(`${file_}.key`, await privatePem(keys)) };
  };
  const localhost: readonly x509.JsonGeneralName[] = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
  ];
  const server = { name: 'localhost', usage: SERVER_AUTH, names: localhost };
  return {
    ca: file('ca.pem', ca.cert.toString('pem')),
    otherCa: file('other-ca.pem', otherCa.cert.toString('pem')),
    server: await identity(ca, 'server', server),
    otherServer: await identity(ca, 'other-server', server),
    expiredServer: await identity(ca, 'expired', { ...server, validity: [-30, -1] }),
    wrongHostServer: await identity(ca, 'wrong-host', {
      ...server,
      names: [{ type: 'dns', value: 'elsewhere.example' }],
    }),
    client: await identity(ca, 'client', { name: 'agent', usage: CLIENT_AUTH }),
    renewedClient: await identity(ca, 'renewed', { name: 'agent', usage: CLIENT_AUTH }),
    strangerClient: await identity(otherCa, 'stranger', { name: 'agent', usage: CLIENT_AUTH }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function authority(name: string): Promise<Authority> {
  const keys = await keyPair();
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    serialNumber: serial(),
    ...validity(),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert, keys };
}

async function issue(issuer: Authority, wanted: Wanted): Promise<Authority> {
  const keys = await keyPair();
  const cert = await x509.X509CertificateGenerator.create({
    subject: `CN=${wanted.name}`,
    issuer: issuer.cert.subject,
    serialNumber: serial(),
    ...validity(wanted.validity),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([wanted.usage]),
      ...(wanted.names === undefined ? [] : [new x509.SubjectAlternativeNameExtension([...wanted.names])]),
    ],
  });
  return { cert, keys };
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function privatePem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

function validity([from, to]: readonly [number, number] = [-1, 30]) {
  return { notBefore: new Date(Date.now() + from * DAY_MS), notAfter: new Date(Date.now() + to * DAY_MS) };
}

function serial(): string {
  return Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .replace(/^./, '1');
}
