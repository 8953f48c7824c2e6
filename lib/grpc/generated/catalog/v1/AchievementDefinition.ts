// Original file: api/proto/upstream/catalog.proto


// Original file: api/proto/upstream/catalog.proto

export const _catalog_v1_AchievementDefinition_Authority = {
  AUTHORITY_UNSPECIFIED: 'AUTHORITY_UNSPECIFIED',
  AUTHORITY_CLIENT: 'AUTHORITY_CLIENT',
  AUTHORITY_SERVER: 'AUTHORITY_SERVER',
} as const;

export type _catalog_v1_AchievementDefinition_Authority =
  | 'AUTHORITY_UNSPECIFIED'
  | 0
  | 'AUTHORITY_CLIENT'
  | 1
  | 'AUTHORITY_SERVER'
  | 2

export type _catalog_v1_AchievementDefinition_Authority__Output = typeof _catalog_v1_AchievementDefinition_Authority[keyof typeof _catalog_v1_AchievementDefinition_Authority]

// Original file: api/proto/upstream/catalog.proto

export const _catalog_v1_AchievementDefinition_ProgressKind = {
  PROGRESS_KIND_UNSPECIFIED: 'PROGRESS_KIND_UNSPECIFIED',
  PROGRESS_KIND_MAX: 'PROGRESS_KIND_MAX',
  PROGRESS_KIND_INCREMENT: 'PROGRESS_KIND_INCREMENT',
} as const;

export type _catalog_v1_AchievementDefinition_ProgressKind =
  | 'PROGRESS_KIND_UNSPECIFIED'
  | 0
  | 'PROGRESS_KIND_MAX'
  | 1
  | 'PROGRESS_KIND_INCREMENT'
  | 2

export type _catalog_v1_AchievementDefinition_ProgressKind__Output = typeof _catalog_v1_AchievementDefinition_ProgressKind[keyof typeof _catalog_v1_AchievementDefinition_ProgressKind]

export interface AchievementDefinition {
  'achievement_id'?: (string);
  'title'?: (string);
  'description'?: (string);
  'hidden'?: (boolean);
  'target'?: (number);
  'authority'?: (_catalog_v1_AchievementDefinition_Authority);
  'progress'?: (_catalog_v1_AchievementDefinition_ProgressKind);
  'max_change_per_minute'?: (number);
  '_max_change_per_minute'?: "max_change_per_minute";
}

export interface AchievementDefinition__Output {
  'achievement_id': (string);
  'title': (string);
  'description': (string);
  'hidden': (boolean);
  'target': (number);
  'authority': (_catalog_v1_AchievementDefinition_Authority__Output);
  'progress': (_catalog_v1_AchievementDefinition_ProgressKind__Output);
  'max_change_per_minute'?: (number);
}
