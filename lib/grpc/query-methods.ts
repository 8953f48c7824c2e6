/** LibraryQueryService: messages and the contract. */
import type { AchievementPage } from '../contract/achievements.ts';
import { listUserAchievements } from '../contract/achievements.ts';
import { listUserLibrary, userPlaytimeStats } from '../contract/admin.ts';
import type { LibraryItem as Item } from '../contract/library.ts';
import { batchCheckGameAccess, checkGameAccess, userLibraryItem, type GameAccess } from '../contract/service-twins.ts';
import type { BatchCheckGameAccessRequest__Output as BatchCheck } from './generated/library/v1/BatchCheckGameAccessRequest.ts';
import type { BatchCheckGameAccessResponse } from './generated/library/v1/BatchCheckGameAccessResponse.ts';
import type { CheckGameAccessRequest__Output as Check } from './generated/library/v1/CheckGameAccessRequest.ts';
import type { Achievement } from './generated/library/v1/Achievement.ts';
import type { GameAccess as Access } from './generated/library/v1/GameAccess.ts';
import type { GetAchievementsRequest__Output as AchievementsQuestion } from './generated/library/v1/GetAchievementsRequest.ts';
import type { GetAchievementsResponse } from './generated/library/v1/GetAchievementsResponse.ts';
import type { GetLibraryItemRequest__Output as ItemQuestion } from './generated/library/v1/GetLibraryItemRequest.ts';
import type { GetLibraryRequest__Output as LibraryQuestion } from './generated/library/v1/GetLibraryRequest.ts';
import type { GetLibraryResponse } from './generated/library/v1/GetLibraryResponse.ts';
import type { GetPlaytimeRequest__Output as PlaytimeQuestion } from './generated/library/v1/GetPlaytimeRequest.ts';
import type { LibraryItem } from './generated/library/v1/LibraryItem.ts';
import type { Playtime } from './generated/library/v1/Playtime.ts';
import { enumOf, members, said, timestampOf, wordOf } from './messages.ts';
import type { Method } from './method.ts';

export const getLibrary: Method<LibraryQuestion, GetLibraryResponse, typeof listUserLibrary> = {
  endpoint: listUserLibrary,
  read: (question) => ({
    params: { user_id: question.user_id },
    query: members({
      limit: said(question.limit),
      cursor: said(question.cursor),
      q: said(question.q),
      status: wordOf('INSTALL_STATUS', question.status),
      source: wordOf('ACQUISITION_SOURCE', question.source),
      hidden: question.hidden,
      favorite: question.favorite,
      played_within_days: said(question.played_within_days),
      sort: wordOf('LIBRARY_SORT', question.sort),
      order: wordOf('SORT_ORDER', question.order),
      category_id: said(question.category_id),
    }),
  }),
  write: ({ items, next_cursor }) => ({ items: items.map(itemOf), next_cursor: next_cursor ?? '' }),
};

export const getLibraryItem: Method<ItemQuestion, LibraryItem, typeof userLibraryItem> = {
  endpoint: userLibraryItem,
  read: ({ user_id, game_id }) => ({ params: { user_id, game_id } }),
  write: itemOf,
};

export const checkAccess: Method<Check, Access, typeof checkGameAccess> = {
  endpoint: checkGameAccess,
  read: ({ user_id, game_id }) => ({ params: { user_id, game_id } }),
  write: accessOf,
};

export const batchCheckAccess: Method<BatchCheck, BatchCheckGameAccessResponse, typeof batchCheckGameAccess> = {
  endpoint: batchCheckGameAccess,
  read: ({ checks }) => ({ body: { checks } }),
  write: ({ results }) => ({ results: results.map(accessOf) }),
};

export const getPlaytime: Method<PlaytimeQuestion, Playtime, typeof userPlaytimeStats> = {
  endpoint: userPlaytimeStats,
  read: ({ user_id, game_id, days, months }) => ({
    params: { user_id },
    query: members({ game_id: said(game_id), days: said(days), months: said(months) }),
  }),
  write: ({ games, last_played_at, ...rest }) => ({
    ...rest,
    last_played_at: timestampOf(last_played_at),
    games: games.map((game) => ({ ...game, last_played_at: timestampOf(game.last_played_at) })),
  }),
};

export const getAchievements: Method<AchievementsQuestion, GetAchievementsResponse, typeof listUserAchievements> = {
  endpoint: listUserAchievements,
  read: ({ user_id, game_id, limit, cursor }) => ({
    params: { user_id },
    query: members({ game_id: said(game_id), limit: said(limit), cursor: said(cursor) }),
  }),
  write: ({ items, next_cursor }) => ({ items: items.map(achievementOf), next_cursor: next_cursor ?? '' }),
};

function itemOf(item: Item): LibraryItem {
  const { playtime, installations } = item;
  return {
    game_id: item.game_id,
    title: item.title,
    developer: item.developer ?? '',
    publisher: item.publisher ?? '',
    cover_url: item.cover_url ?? '',
    genres: item.genres,
    source: enumOf('ACQUISITION_SOURCE', item.source),
    acquired_at: timestampOf(item.acquired_at),
    hidden: item.hidden,
    favorite: item.favorite,
    notes: item.notes ?? '',
    playtime: { ...playtime, last_played_at: timestampOf(playtime.last_played_at) },
    status: enumOf('INSTALL_STATUS', item.status),
    installations: installations.map(({ device_id, status, version, updated_at }) => ({
      device_id,
      status: enumOf('INSTALL_STATUS', status),
      version: version ?? '',
      updated_at: timestampOf(updated_at),
    })),
    category_ids: item.category_ids,
    achievements: item.achievements,
    version: item.version,
  };
}

function accessOf({ user_id, game_id, access, source, acquired_at }: GameAccess): Access {
  return {
    user_id,
    game_id,
    access: enumOf('ACCESS', access),
    ...(source === null ? {} : { source: enumOf('ACQUISITION_SOURCE', source) }),
    acquired_at: timestampOf(acquired_at),
  };
}

function achievementOf(achievement: AchievementPage['items'][number]): Achievement {
  return {
    game_id: achievement.game_id,
    achievement_id: achievement.achievement_id,
    title: achievement.title,
    description: achievement.description,
    hidden: achievement.hidden,
    // Absent only of what is masked, and services see everything.
    target: achievement.target ?? 0,
    progress: achievement.progress ?? 0,
    unlocked: achievement.unlocked,
    offline: achievement.offline,
    rarity_percent: achievement.rarity_percent,
    authority: enumOf('AUTHORITY', achievement.authority),
    progress_kind: enumOf('PROGRESS_KIND', achievement.progress_kind),
    unlocked_at: timestampOf(achievement.unlocked_at),
  };
}
