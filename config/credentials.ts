import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { SecretRef } from '../transports/transport.ts';
import { isCredentialName } from './secret-ref.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Why a secret cannot be had; listed in `docs/reference/errors.md`. */
export type SecretErrorCode =
  | 'TF-SECRET-DIRECTORY'
  | 'TF-SECRET-NAME'
  | 'TF-SECRET-FILE'
  | 'TF-SECRET-MODE'
  | 'TF-SECRET-ENV'
  | 'TF-SECRET-EMPTY';

/** A secret that cannot be read. The message names the place and the remedy, never the secret. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
  readonly code: SecretErrorCode;

  constructor(code: SecretErrorCode, message: string, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Reads a secret from where the configuration says it is kept, anew at each call. One line end after it is taken off.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Credentials
 * @throws {SecretError}
 */
export function readSecret(ref: SecretRef, env: Environment = process.env): string {
  if ('env' in ref) return filled(fromEnvironment(ref.env, env), `environment variable ${ref.env}`);
  const path = 'file' in ref ? ref.file : credentialPath(ref.credential, env);
  return filled(readPrivate(path, env, 'credential' in ref), path);
}

function fromEnvironment(name: string, env: Environment): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw new SecretError('TF-SECRET-ENV', `environment variable ${name} is not set`);
}

function credentialPath(name: string, env: Environment): string {
  if (!isCredentialName(name)) throw new SecretError('TF-SECRET-NAME', `"${name}" cannot name a credential`);
  const directory = env['CREDENTIALS_DIRECTORY'];
  if (directory !== undefined && directory !== '') return join(directory, name);
  const remedy = `LoadCredential=${name}:/PATH in the systemd unit sets it`;
  throw new SecretError('TF-SECRET-DIRECTORY', `credential ${name}: $CREDENTIALS_DIRECTORY is not set; ${remedy}`);
}

function readPrivate(path: string, env: Environment, credential: boolean): string {
  const remedy = credential ? '; LoadCredential= in the systemd unit puts it there' : '';
  const file = attempt(path, remedy, () => openPrivate(path, credential));
  try {
    refusePublic(file, path, env);
    return attempt(path, remedy, () => readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
  } finally {
    closeSync(file);
  }
}

/** systemd masks credentials in processes beside the service's own, for instance at a reload. */
function openPrivate(path: string, credential: boolean): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (!credential || (error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new SecretError('TF-SECRET-DIRECTORY', `credential ${path} is shown to the service itself only`, error);
  }
}

/** The open file is judged, not its name: nobody can put another in its place between the two. */
function refusePublic(file: number, path: string, env: Environment): void {
  const stat = fstatSync(file);
  if (!stat.isFile()) throw new SecretError('TF-SECRET-FILE', `${path} is not a file`);
  // systemd guards its directory itself, and may need group permission there (an ACL shows as one).
  if ((stat.mode & 0o077) === 0 || isCredential(path, env)) return;
  throw new SecretError('TF-SECRET-MODE', `${path} can be read or written by others than its owner; chmod 0600 it`);
}

function isCredential(path: string, env: Environment): boolean {
  const directory = env['CREDENTIALS_DIRECTORY'];
  if (directory === undefined || directory === '') return false;
  return realpathSync(path).startsWith(realpathSync(directory) + sep);
}

function attempt<T>(path: string, remedy: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SecretError) throw cause;
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new SecretError('TF-SECRET-FILE', `${path} cannot be read${reason}${remedy}`, cause);
  }
}

function filled(secret: string, place: string): string {
  if (secret !== '') return secret;
  throw new SecretError('TF-SECRET-EMPTY', `${place} is empty`);
}
