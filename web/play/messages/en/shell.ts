import type { Texts } from '../../../common/locale.ts';

export const shell = {
  title: 'Play',
  library: 'Library',
  achievements: 'Achievements',
  wishes: 'Wishlist',
  saves: 'Saves',
  family: 'Family',
  show_call: 'show the call',
  show_frame: 'show the frame',
  listen_line: 'What comes in over such a socket, in a clone of the project:',
  shell: 'Shell',
} as const satisfies Texts;
