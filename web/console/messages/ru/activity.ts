import type { Texts } from '../../../common/locale.ts';
import type { activity as english } from '../en/activity.ts';

export const activity: Texts<keyof typeof english> = {
  more: 'Показать ещё',
  refresh: 'Обновить',
  copy_id: 'Скопировать {id}',
  open_user: 'Пользователь {id}',
  audit_when: 'Когда',
  audit_what: 'Что',
  audit_by: 'Кто',
  audit_game: 'Игра',
  audit_details: 'Подробности',
  audit_open: 'подробности',
  audit_nobody: 'сам сервис или удалённый пользователь ({roles})',
  outcome_begun: 'начато',
  outcome_done: 'готово',
  outcome_failed: 'ошибка',
  written: 'Записано в журнал аудита',
  written_close: 'Скрыть',

  activity_log: 'Действия операторов',
  activity_none: 'Операторы пока ничего не меняли.',
  command: 'Команда',
  command_line: 'Команды оператора',
  command_words: 'help показывает их список. Стрелки вверх и вниз возвращают введённое раньше.',
  command_run: 'Выполнить',
  command_running_now: 'Выполняется…',
  command_goes_on: 'Команда выполняется дольше обычного; итог появится здесь и в журнале аудита.',
  command_no_end: 'Команда ещё не завершилась: следите за журналом аудита.',
  command_results: 'Результаты, сначала последние',
  command_rows: { one: '{count} строка', few: '{count} строки', many: '{count} строк', other: '{count} строки' },
};
