/**
 * Spans for OpenTelemetry: one per crank, whose parent is the crank that queued what it took, so that a trace is a message and all that came
 * of it. For hosts that have `@opentelemetry/api`; nothing else of Cooperage needs it.
 *
 *     import { makeOpenTelemetrySlog } from 'cooperage/opentelemetry';
 *     await openKernel({ slog: makeOpenTelemetrySlog(), ... });
 */
import { ROOT_CONTEXT, type SpanContext, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { KernelOptions } from '@cooperage/host/options';
import { type SlogCrank, SlogCranks } from '@cooperage/host/slog-cranks';
import { describeDelivery } from '@cooperage/inspector/describe';

type SlogFunction = Extract<NonNullable<KernelOptions['slog']>, (...args: never[]) => void>;

export type OpenTelemetryOptions = {
  /** Default: that of the global provider, under the name `cooperage`. */
  readonly tracer?: Tracer;
};

const attributesOf = ({ crank, work, vat, deliveries }: SlogCrank): Record<string, string | number> => ({
  'cooperage.crank': crank,
  'cooperage.work': work,
  ...(vat === null ? {} : { 'cooperage.vat': vat }),
  'cooperage.syscalls': deliveries.reduce((sum, { syscalls }) => sum + syscalls.length, 0),
});

const nameOf = ({ work, vat, deliveries: [first] }: SlogCrank): string =>
  first === undefined ? work : `${vat ?? ''} ${first.delivery.type}`.trim();

/** A listener for `openKernel({ slog })`. The times are the host's: the kernel reads no clock. */
export const makeOpenTelemetrySlog = ({ tracer = trace.getTracer('cooperage') }: OpenTelemetryOptions = {}): SlogFunction => {
  const cranks = new SlogCranks();
  const causes = new Map<number, SpanContext>();

  const tell = (crank: SlogCrank): void => {
    const { position, enqueued, problem, deliveries, startTime, finishTime } = crank;
    const cause = position === null ? undefined : causes.get(position);
    if (position !== null) causes.delete(position);
    const parent = cause === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, cause);
    const start = startTime ?? finishTime ?? Date.now();
    const span = tracer.startSpan(nameOf(crank), { attributes: attributesOf(crank), startTime: start }, parent);
    for (const { delivery } of deliveries) span.addEvent(describeDelivery(delivery), {}, start);
    if (problem !== null) span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
    span.end(finishTime);
    for (const item of enqueued) causes.set(item, span.spanContext());
  };

  return event => {
    const crank = cranks.take({ ...event, time: Date.now() });
    if (crank !== undefined) tell(crank);
  };
};
