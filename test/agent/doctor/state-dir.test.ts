import { expect, test } from 'vitest';
import { space } from '../../../agent/doctor/state-dir.ts';

const MiB = 1024 * 1024;
const EXT4 = 0xef53;

test('room for quarantine and ledger is fine, less wants attention, hardly any is a failure', () => {
  const free = (mebibytes: number, type = EXT4) => space({ type, bsize: 4096, bavail: (mebibytes * MiB) / 4096 });
  expect(free(1200)).toEqual([undefined, '1200 MiB', undefined]);
  expect(free(1199)[2]).toContain('make room');
  expect(() => free(99)).toThrow('only 99 MiB are left');
});

test('memory is no place for a ledger', () => {
  expect(space({ type: 0x01021994, bsize: 4096, bavail: 2 ** 20 })[2]).toContain('use a disk');
});
