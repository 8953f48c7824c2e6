/** A wrong setting. The message is one line that names the key, the value (never a secret's) and what is expected. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}
