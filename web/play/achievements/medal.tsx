/** How far an achievement is, as a shape: the words beside it say the same. */
export function Medal({ of }: { of: 'unlocked' | 'locked' | 'masked' }) {
  return (
    <svg class="medal" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      {of === 'unlocked' && (
        <>
          <path d="M13 4 L20 18 L27 4 H33 L24 21 H16 L7 4 Z" fill="currentcolor" opacity="0.55" />
          <circle cx="20" cy="26" r="11" fill="currentcolor" />
          <path d="M14.5 26 L18.5 30 L26 22" fill="none" stroke="#fff" stroke-width="3" />
        </>
      )}
      {of === 'locked' && (
        <>
          <path d="M13 19 V13 A7 7 0 0 1 27 13 V19" fill="none" stroke="currentcolor" stroke-width="3.5" />
          <rect x="9" y="18" width="22" height="17" rx="3" fill="currentcolor" />
        </>
      )}
      {of === 'masked' && (
        <>
          <circle cx="20" cy="20" r="15" fill="none" stroke="currentcolor" stroke-width="3" stroke-dasharray="5 4" />
          <path d="M15 16 A5 5 0 1 1 20 21 V24" fill="none" stroke="currentcolor" stroke-width="3" />
          <circle cx="20" cy="29" r="2" fill="currentcolor" />
        </>
      )}
    </svg>
  );
}
