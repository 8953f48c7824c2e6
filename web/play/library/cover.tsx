/** Covers of games: drawn from the id and the title, the same every time, without a picture from anywhere. */
import type { ComponentChildren } from 'preact';
import { useId, useMemo } from 'preact/hooks';

const WIDTH = 300;
const HEIGHT = 400;
const LINE_CHARACTERS = 13;

type Random = () => number;

interface Palette {
  readonly sky: string;
  readonly glow: string;
  readonly far: string;
  readonly near: string;
  readonly spark: string;
}

/** What is on it says what the title says beside it: for those who see it only. */
export function Cover({ id, title, small = false }: { id: string; title: string; small?: boolean }) {
  const { palette, motif } = useMemo(() => drawn(id, title), [id, title]);
  // The same cover may be on a page twice; what is named in it may not.
  const name = useId();
  return (
    <svg class="cover" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id={name} x1="0" y1="0" x2="0.35" y2="1">
          <stop offset="0" stop-color={palette.sky} />
          <stop offset="1" stop-color={palette.glow} />
        </linearGradient>
        <linearGradient id={`${name}-shade`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0.45" stop-color="#000" stop-opacity="0" />
          <stop offset="1" stop-color="#000" stop-opacity="0.8" />
        </linearGradient>
      </defs>
      <rect width={WIDTH} height={HEIGHT} fill={`url(#${name})`} />
      {motif}
      {!small && <rect width={WIDTH} height={HEIGHT} fill={`url(#${name}-shade)`} />}
      {!small && <Title text={title} />}
    </svg>
  );
}

function Title({ text }: { text: string }) {
  const lines = linesOf(text);
  return (
    <text class="cover-title" x="20" fill="#fff" font-size="32" font-weight="800">
      {lines.map((line, at) => (
        <tspan key={line} x="20" y={HEIGHT - 24 - (lines.length - 1 - at) * 36}>
          {`${line} `}
        </tspan>
      ))}
    </text>
  );
}

function linesOf(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length < LINE_CHARACTERS) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const MOTIFS = [hills, rings, skyline, waves, stars, doors] as const;

function drawn(id: string, title: string): { palette: Palette; motif: ComponentChildren } {
  const random = seeded(`${id} ${title}`);
  const hue = Math.floor(random() * 360);
  const accent = (hue + 120 + random() * 120) % 360;
  const palette: Palette = {
    sky: `hsl(${hue} 55% 24%)`,
    glow: `hsl(${(hue + 35) % 360} 70% 58%)`,
    far: `hsl(${(hue + 15) % 360} 45% 36%)`,
    near: `hsl(${hue} 50% 17%)`,
    spark: `hsl(${accent.toFixed(0)} 85% 72%)`,
  };
  const paint = MOTIFS[Math.floor(random() * MOTIFS.length)] ?? hills;
  return { palette, motif: paint(random, palette) };
}

function hills(random: Random, { far, near, spark }: Palette): ComponentChildren {
  const ridge = (top: number, height: number): string => {
    const points = Array.from({ length: 7 }, (_, at) => `${at * 50},${(top + random() * height).toFixed(0)}`);
    return `0,${HEIGHT} ${points.join(' ')} ${WIDTH},${HEIGHT}`;
  };
  return (
    <>
      <circle cx={80 + random() * 140} cy={90 + random() * 50} r={34 + random() * 26} fill={spark} />
      <polygon points={ridge(170, 70)} fill={far} />
      <polygon points={ridge(230, 60)} fill={near} />
    </>
  );
}

function rings(random: Random, { far, near, spark }: Palette): ComponentChildren {
  const [x, y] = [110 + random() * 80, 130 + random() * 50];
  return (
    <>
      {[150, 118, 88].map((radius, at) => (
        <circle key={radius} cx={x} cy={y} r={radius} fill={at % 2 === 0 ? near : far} opacity="0.7" />
      ))}
      <circle cx={x} cy={y} r={44 + random() * 16} fill={spark} />
      <ellipse
        cx={x}
        cy={y}
        rx="130"
        ry={18 + random() * 20}
        fill="none"
        stroke="#fff"
        stroke-width="5"
        opacity="0.7"
      />
    </>
  );
}

function skyline(random: Random, { far, near, spark }: Palette): ComponentChildren {
  return Array.from({ length: 9 }, (_, at) => {
    const height = 110 + random() * 170;
    const lit = Array.from({ length: 4 }, () => random());
    return (
      <g key={at}>
        <rect x={at * 34 - 4} y={HEIGHT - height} width="32" height={height} fill={at % 2 === 0 ? near : far} />
        {lit.map((chance, row) =>
          chance < 0.5 ? null : (
            <rect key={row} x={at * 34 + 6} y={HEIGHT - height + 14 + row * 24} width="10" height="12" fill={spark} />
          ),
        )}
      </g>
    );
  });
}

function waves(random: Random, { far, near, spark }: Palette): ComponentChildren {
  const wave = (y: number): string => {
    const rise = 16 + random() * 26;
    return `M0 ${y} Q75 ${y - rise} 150 ${y} T300 ${y} V${HEIGHT} H0 Z`;
  };
  return (
    <>
      <polygon points={`150,60 ${195 + random() * 30},205 150,205`} fill={spark} />
      <polygon points={`142,90 ${95 - random() * 20},205 142,205`} fill="#fff" opacity="0.85" />
      <path d={wave(205)} fill={far} />
      <path d={wave(245)} fill={near} opacity="0.85" />
      <path d={wave(290)} fill={near} />
    </>
  );
}

function stars(random: Random, { far, spark }: Palette): ComponentChildren {
  const points = Array.from({ length: 8 }, (_, at) => [30 + at * 34, 50 + random() * 190] as const);
  return (
    <>
      <polyline points={points.map((point) => point.join(',')).join(' ')} fill="none" stroke={far} stroke-width="4" />
      {points.map(([x, y]) => (
        <circle key={x} cx={x} cy={y} r={5 + random() * 12} fill={random() < 0.4 ? '#fff' : spark} />
      ))}
    </>
  );
}

function doors(random: Random, { far, near, spark }: Palette): ComponentChildren {
  const open = Math.floor(random() * 3);
  return [0, 1, 2].map((at) => {
    const [x, y] = [28 + at * 88, 90 + random() * 50];
    return (
      <path
        key={at}
        d={`M${x} 330 V${y + 34} A34 34 0 0 1 ${x + 68} ${y + 34} V330 Z`}
        fill={at === open ? spark : at % 2 === 0 ? near : far}
      />
    );
  });
}

/** FNV-1a for the seed, mulberry32 for what follows: small, and the same in every browser. */
function seeded(text: string): Random {
  let state = 0x811c9dc5;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
