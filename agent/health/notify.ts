import { spawn } from 'node:child_process';

/**
 * Tells systemd of the service's state (sd_notify(3)). Node has no datagram sockets for AF_UNIX, so the message goes
 * through systemd-notify; the unit must say `NotifyAccess=all`. That child waits until systemd has taken the message: of
 * one that is gone by then, systemd no longer knows to which unit it belonged, and drops what it said. Does nothing outside of a Type=notify service.
 */
export function notifySystemd(...assignments: string[]): void {
  if (process.env['NOTIFY_SOCKET'] === undefined) return;
  const child = spawn('systemd-notify', [`--pid=${process.pid}`, ...assignments], { stdio: 'ignore' });
  // Without it the watchdog will act, which is what it is for: there is nobody else to tell.
  child.on('error', () => process.stderr.write('<4>systemd-notify cannot be run; the watchdog will not be fed\n'));
}

/** A third of `WatchdogSec`, milliseconds; undefined when the unit has no watchdog. */
export function watchdogInterval(): number | undefined {
  const usec = Number(process.env['WATCHDOG_USEC']);
  return usec > 0 ? usec / 1000 / 3 : undefined;
}
