import { flushCompileCache } from 'node:module';
import type { Config } from '../../config/config.ts';
import { checkHost } from '../../config/host.ts';
import { CONFIG_FILE, loadConfig } from '../../config/load.ts';
import { LookupFileError } from '../../config/lookup-files.ts';
import { ConfigError, faultLine } from '../../config/report.ts';
import { Agent } from '../agent.ts';
import { QueueError } from '../aws/errors.ts';
import { type Command, type CommandIo, EXIT, UsageError } from '../command.ts';
import { createLog } from '../health/log.ts';
import { notifySystemd, watchdogInterval } from '../health/notify.ts';
import { type HealthServer, serveHealth } from '../health/server.ts';
import { StateDirLocked } from '../lock.ts';
import { healthPages } from '../pages.ts';
import { Report } from '../report.ts';
import { VERSION } from '../version.ts';

/** The agent in the foreground: as a service, or once over. */
export const run: Command = {
  name: 'run',
  summary: 'Run the agent; with --once, drain the queues, settle everything and exit',
  usage: '[--config FILE] [--once]',
  options: { config: { type: 'string', short: 'c' }, once: { type: 'boolean' } },
  async run({ values, positionals }, io) {
    const { config: file = CONFIG_FILE, once = false } = values;
    if (positionals.length > 0) throw new UsageError(`run takes no ${positionals[0]}`);
    if (typeof file !== 'string') throw new UsageError('--config takes one file');
    const config = readOrTell(file, io);
    if (config === undefined) return EXIT.config;
    try {
      return await new Service(config, file, io).run(once === true);
    } catch (error) {
      if (!(error instanceof StateDirLocked || error instanceof LookupFileError)) throw error;
      io.err(`${error.message}\n`);
      return EXIT.config;
    }
  },
};

/** The checked configuration, or undefined when every fault has been told. */
function readOrTell(file: string, io: CommandIo): Config | undefined {
  try {
    const loaded = loadConfig(file);
    checkHost(loaded);
    for (const fault of loaded.report.faults) io.err(`${faultLine(fault)}\n`);
    for (const warning of loaded.report.warnings) io.err(`${faultLine(warning)} (warning)\n`);
    return loaded.report.faults.length === 0 ? loaded.config : undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.faults) io.err(`${faultLine(fault)}\n`);
    return undefined;
  }
}

/** The agent with what surrounds it: signals, systemd, the health endpoint. SIGHUP puts a new agent in its place. */
class Service {
  private readonly file: string;
  private readonly io: CommandIo;
  private readonly report: Report;
  private config: Config;
  private agent: Agent | undefined;
  private ending = false;
  private reloading: Promise<void> | undefined;

  constructor(config: Config, file: string, io: CommandIo) {
    this.config = config;
    this.file = file;
    this.io = io;
    this.report = new Report(createLog((line) => io.err(line), process.env['JOURNAL_STREAM'] !== undefined));
  }

  async run(once: boolean): Promise<number> {
    this.report.metrics.buildInfo.set({ version: VERSION, node: process.version }, 1);
    this.report.metrics.configReload.set(1);
    let agent = await this.open();
    const health = await this.health();
    const release = this.takeSignals();
    const watchdog = feedWatchdog();
    notifySystemd(
      'READY=1',
      `STATUS=${this.config.queues.length} queues, ${this.config.destinations.length} destinations`,
    );
    this.report.log('info', `trailferry ${VERSION} is running`, { queues: this.config.queues.length });
    // With NODE_COMPILE_CACHE, as in the unit, the next start needs no compiler for types: 25 MiB less of memory.
    flushCompileCache();
    let left = 0;
    try {
      for (;;) {
        left = await this.work(agent, once);
        if (this.reloading !== undefined) await this.reloading;
        if (this.ending || once) break;
        agent = this.agent ?? agent;
      }
      await agent.stop();
    } finally {
      clearInterval(watchdog);
      release();
      await health?.close();
    }
    if (!once || left === 0) return EXIT.fine;
    this.report.log('error', 'not everything was drained; what was given back comes again', { messages: left });
    return EXIT.no;
  }

  /** @returns number of messages that are in their queues still; a queue that cannot be read counts as one */
  private async work(agent: Agent, once: boolean): Promise<number> {
    try {
      return await agent.run(once);
    } catch (error) {
      // The log has said why, receive by receive.
      if (!once || !(error instanceof QueueError)) throw error;
      return 1;
    }
  }

  private async open(): Promise<Agent> {
    this.agent = await Agent.open(this.config, this.report);
    return this.agent;
  }

  private async health(): Promise<HealthServer | undefined> {
    const { listen } = this.config.metrics;
    if (listen === 'off') return undefined;
    try {
      const server = await serveHealth(
        listen,
        healthPages(() => this.agent as Agent, VERSION),
      );
      this.report.log('info', `health pages on http://${server.address}/`);
      return server;
    } catch (error) {
      this.report.log('error', `no health pages: ${(error as Error).message}; set metrics.listen to a free address`);
      return undefined;
    }
  }

  private takeSignals(): () => void {
    const end = (): void => void this.end();
    const reload = (): void => void this.reload();
    // Without a handler SIGUSR1 opens Node's debugger to every user of this host.
    const nothing = (): void => this.report.log('info', 'SIGUSR1 does nothing');
    const handlers = { SIGTERM: end, SIGINT: end, SIGHUP: reload, SIGUSR1: nothing } as const;
    for (const [name, handler] of Object.entries(handlers)) process.on(name, handler);
    return () => {
      for (const [name, handler] of Object.entries(handlers)) process.off(name, handler);
    };
  }

  private async end(): Promise<void> {
    if (this.ending) {
      this.report.log('warning', 'stopped twice; exiting without waiting for answers');
      process.kill(process.pid, 'SIGKILL');
    }
    this.ending = true;
    notifySystemd('STOPPING=1');
    this.report.log('info', 'stopping: what is out is settled, the rest goes back to the queue');
    await this.agent?.stop();
  }

  /** Checks the new configuration first; a bad one changes nothing. */
  private async reload(): Promise<void> {
    if (this.reloading !== undefined || this.ending) return;
    const config = readOrTell(this.file, this.io);
    this.report.metrics.configReload.set(config === undefined ? 0 : 1);
    if (config === undefined) {
      this.report.log('error', 'the new configuration is bad; the old one stays in force');
      return;
    }
    this.reloading = this.replaceAgent(config);
    await this.reloading;
    this.reloading = undefined;
  }

  /** A configuration that reads well may still not open, for instance where its state directory refuses writes. */
  private async replaceAgent(config: Config): Promise<void> {
    const old = this.config;
    await this.agent?.stop();
    try {
      this.config = config;
      await this.open();
      this.report.log('notice', 'the new configuration is in force');
    } catch (error) {
      this.config = old;
      this.report.metrics.configReload.set(0);
      this.report.log('error', `the new configuration cannot be used, the old one stays: ${(error as Error).message}`);
      await this.open();
    }
  }
}

function feedWatchdog(): NodeJS.Timeout | undefined {
  const interval = watchdogInterval();
  return interval === undefined ? undefined : setInterval(() => notifySystemd('WATCHDOG=1'), interval);
}
