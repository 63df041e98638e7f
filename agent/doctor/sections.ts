import type { Config, DestinationSettings, QueueSettings } from '../../config/config.ts';
import { readSecret } from '../../config/credentials.ts';
import {
  type Assurance,
  type Confirmation,
  type Envelope,
  type ProbeStep,
  SILENT,
  type Transport,
} from '../../transports/transport.ts';
import { probeQueue } from '../aws/probe.ts';
import { createTransport, dressOf } from '../destination.ts';
import { clean } from '../health/log.ts';
import { probeStateDir } from './state-dir.ts';

/** One thing that was looked at. Its texts may quote the other side, and are clean. */
export interface Section {
  readonly kind: 'destination' | 'queue' | 'state directory';
  readonly name: string;
  /** What a delivery would be worth. Destinations only. */
  readonly assurance?: Assurance;
  /** How far it is confirmed, where there is a choice. */
  readonly confirm?: Confirmation;
  readonly ok: boolean;
  readonly steps: readonly ProbeStep[];
}

type Worth = Pick<Section, 'assurance' | 'confirm'>;

/** Longest time for one section. Milliseconds. */
const PATIENCE_MS = 60_000;

/** Looks at everything a configuration names, or at one destination, all at the same time. Sends no event, receives no message. */
export function examine(config: Config, destination: DestinationSettings | undefined): Promise<readonly Section[]> {
  if (destination !== undefined) return Promise.all([destinationSection(destination)]);
  return Promise.all([
    ...config.destinations.map(destinationSection),
    ...config.queues.map((queue) => queueSection(config, queue)),
    stateDirSection(config),
  ]);
}

async function destinationSection(settings: DestinationSettings): Promise<Section> {
  const notices: ProbeStep[] = [];
  const notice = (message: string): void => void notices.push(noticeStep(message));
  let transport: Transport | undefined;
  const steps = await orFailure(async () => {
    transport = createTransport(settings, { ...SILENT, notice });
    const report = await transport.probe(AbortSignal.timeout(PATIENCE_MS));
    return [...report.steps, formatStep(settings, transport)];
  });
  await transport?.close();
  return section('destination', settings.name, [...steps, ...notices], transport === undefined ? {} : worth(transport));
}

function worth({ assurance, confirmation }: Transport): Worth {
  return { assurance, ...(confirmation === undefined ? {} : { confirm: confirmation }) };
}

/** A notice says what happened and, behind a semicolon, what to do. */
function noticeStep(message: string): ProbeStep {
  const [detail = '', ...rest] = message.split('; ');
  return { step: 'notice', ok: true, ms: 0, detail, remedy: rest.join('; ') || 'see whether this is meant to be so' };
}

/** The format, and the secrets that it may need to hide values. */
function formatStep(settings: DestinationSettings, { envelope }: Transport): ProbeStep {
  const step = { step: 'format', ms: 0 };
  try {
    dressOf(settings, envelope);
    const { format } = settings;
    return { ...step, ok: true, detail: format, ...(isCounted(settings, envelope) ? { remedy: FRAMING } : {}) };
  } catch (error) {
    return { ...step, ok: false, detail: (error as Error).message, remedy: 'mend this in the configuration' };
  }
}

const FRAMING = 'set framing: newline if this is QRadar: it would take the octet count for text';

/** LEEF goes to QRadar, whose syslog listeners cut a stream at line feeds. */
function isCounted({ type, format }: DestinationSettings, envelope: Envelope): boolean {
  const origin = { logType: 'generic', source: '', sourcetype: '', account: undefined, region: undefined };
  return type === 'syslog' && format === 'leef' && /^\d/.test(envelope.bind(origin, 'text').frame('LEEF:', 0, 1, ''));
}

async function queueSection({ aws }: Config, queue: QueueSettings): Promise<Section> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return section('queue', queue.name, await orFailure(() => probeQueue(aws, queue, readSecret, signal)));
}

async function stateDirSection({ state_dir }: Config): Promise<Section> {
  return section('state directory', state_dir, await orFailure(() => probeStateDir(state_dir)));
}

/** Steps, or the one step that there are none. */
async function orFailure(steps: () => Promise<readonly ProbeStep[]>): Promise<readonly ProbeStep[]> {
  const start = performance.now();
  try {
    return await steps();
  } catch (error) {
    const ms = Math.round(performance.now() - start);
    const remedy = ms < PATIENCE_MS ? 'mend this in the configuration' : 'look for a firewall that drops packets';
    return [{ step: 'probe', ok: false, ms, detail: (error as Error).message, remedy }];
  }
}

function section(kind: Section['kind'], name: string, steps: readonly ProbeStep[], more: Worth = {}): Section {
  const cleaned = steps.map((step) => ({ ...step, ...cleanTexts(step) }));
  return { kind, name: clean(name), ...more, ok: steps.every(({ ok }) => ok), steps: cleaned };
}

function cleanTexts({ detail, remedy }: ProbeStep): Pick<ProbeStep, 'detail' | 'remedy'> {
  return { detail: clean(detail), ...(remedy === undefined ? {} : { remedy: clean(remedy) }) };
}
