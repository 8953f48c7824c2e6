import type { Texts } from '../../../common/locale.ts';
import type { achievements as english } from '../en/achievements.ts';

export const achievements: Texts<keyof typeof english> = {
  game: 'Игра',
  achievements_of: 'Достижения в игре «{game}»',
  play_first: 'Игра сообщает о достижениях, пока в неё играют, и ещё десять минут после: сначала запустите игру.',
  masked: 'Скрытое достижение',
  masked_text: 'За что оно даётся, станет видно, когда вы его получите.',
  unlocked: 'получено',
  locked: 'не получено',
  hidden: 'скрытое',
  by_server: 'сообщает только сервер игры',
  offline: 'получено без сети',
  rarity: 'есть у {share} владельцев',
  progress: '{progress} из {target}',
  unlock: 'Получить',
  advance: { one: 'Ещё {count} шаг', few: 'Ещё {count} шага', other: 'Ещё {count} шагов' },
  server_advances: {
    one: 'От сервера: ещё {count} шаг',
    few: 'От сервера: ещё {count} шага',
    other: 'От сервера: ещё {count} шагов',
  },
  unchanged: 'Ничего не изменилось: это уже засчитано.',
  unlocks: 'Полученные достижения',
  unlocked_now: 'Получено достижение: «{game}»',
};
