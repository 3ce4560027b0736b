import type { ComponentChildren } from 'preact';
import { Icon } from './icon.js';

/** What went wrong, and a way to try again. */
export function Problem({
  message,
  onRetry,
}: {
  readonly message: string;
  readonly onRetry?: () => void;
}) {
  return (
    <div class="status problem" role="alert">
      <Icon name="alert" />
      <p>{message}</p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Why there is nothing to see. */
export function Empty({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="status">
      <p>{children}</p>
    </div>
  );
}

/** Grey shapes where the answer will stand. */
export function Skeleton({ lines, label }: { readonly lines: number; readonly label: string }) {
  return (
    <div class="skeleton" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        <span key={at} />
      ))}
    </div>
  );
}

/** A thin line at the top while an answer is on its way. */
export function Busy({ when }: { readonly when: boolean }) {
  return <div class={when ? 'busy on' : 'busy'} aria-hidden="true" />;
}
