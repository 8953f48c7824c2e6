export interface SettingsTables {
  game_settings: GameSettings;
  game_settings_history: GameSettingsHistory;
}

interface GameSettings {
  user_id: string;
  game_id: string;
  /** The device's id; `all` for what all devices share. */
  scope: string;
  /** Rises with every change of the game's settings in any scope. */
  version: number;
  /** JSON as it was sent; null once deleted. */
  settings: string | null;
  updated_at: Date;
}

interface GameSettingsHistory {
  user_id: string;
  game_id: string;
  scope: string;
  version: number;
  /** Null: this version was the deletion. */
  settings: string | null;
  /** The version that a rollback brought back. */
  restored_version: number | null;
  saved_at: Date;
}
