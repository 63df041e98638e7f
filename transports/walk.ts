import type { Assurance, ProbeReport, ProbeStep } from './transport.ts';

/** What a step saw: a value for later steps, and what to show. With a remedy it works, but wants attention. */
export type Seen<T> = readonly [value: T, detail: string, remedy?: string | undefined];

/** What to show of an error. */
export type Explain = (error: unknown) => Pick<ProbeStep, 'detail' | 'remedy'>;

/** A probe under way: it goes step by step, notes each, and ends at the first that fails. */
export class Walk {
  readonly steps: ProbeStep[] = [];
  readonly explain: Explain;

  constructor(explain: Explain) {
    this.explain = explain;
  }

  /**
   * Does one thing and notes it.
   * @param failedAs the step that an error really speaks of, where it is not this one
   * @throws what `action` threw, once that is noted
   */
  async step<T>(step: string, action: () => Promise<Seen<T>>, failedAs = (_error: unknown) => step): Promise<T> {
    const start = performance.now();
    const ms = () => Math.round(performance.now() - start);
    try {
      const [value, detail, remedy] = await action();
      this.steps.push({ step, ok: true, ms: ms(), detail, ...(remedy === undefined ? {} : { remedy }) });
      return value;
    } catch (error) {
      this.steps.push({ step: failedAs(error), ok: false, ms: ms(), ...this.explain(error) });
      throw error;
    }
  }

  /** Notes steps that cost no time of their own. @throws when one of them failed */
  note(steps: readonly ProbeStep[]): void {
    this.steps.push(...steps);
    if (steps.some(({ ok }) => !ok)) throw new Error('a step failed');
  }
}

/** Goes a way. What fails on it is part of the report. @throws the signal's reason when aborted */
export async function walk(
  assurance: Assurance,
  explain: Explain,
  signal: AbortSignal,
  way: (walk: Walk) => Promise<void>,
): Promise<ProbeReport> {
  const going = new Walk(explain);
  const ok = await way(going).then(
    () => true,
    () => false,
  );
  signal.throwIfAborted();
  return { ok, assurance, steps: going.steps };
}
