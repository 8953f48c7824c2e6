import type { Texts } from '../../../common/locale.ts';
import type { events as english } from '../en/events.ts';

export const events: Texts<keyof typeof english> = {
  flow: 'В пути',
  flow_ask: 'Спросить outbox',
  flow_not_live: 'Показатели устарели: у консоли нет связи с кластером.',
  flow_rows: 'Событий ждут отправки',
  flow_lag: 'Самое старое ждёт',
  flow_consumers: 'Событий ждут чтения',
  flow_letters: 'Необработанных событий',
  flow_unknown: 'неизвестно',
  letters: 'Необработанные события (DLQ)',
  letters_words:
    'События, которые не удалось обработать; в каждом топике сначала старые. Устраните причину и верните их в топик.',
  letters_none: 'Необработанных событий нет.',
  letters_most: 'Показаны только первые {count}.',
  letters_count: { one: '{count} событие', few: '{count} события', many: '{count} событий', other: '{count} события' },
  letter_when: 'Отложено',
  letter_reason: 'Причина',
  letter_attempts: 'Попыток',
  letter_where: 'Партиция / смещение',
  letter_payload: 'Содержимое',
  letter_no_json: 'не JSON',
  letter_no_event: 'не событие',
  letter_key: 'Ключ:',
  replay: 'Повторить',
  replay_title: 'Вернуть события в {topic}?',
  replay_words: {
    one: '{count} событие вернётся в топик без изменений и будет обработано снова.',
    few: '{count} события вернутся в топик без изменений и будут обработаны снова.',
    many: '{count} событий вернутся в топик без изменений и будут обработаны снова.',
    other: '{count} события вернутся в топик без изменений и будут обработаны снова.',
  },
  replay_reason: 'Что снова не обработается, опять попадёт сюда. Уже обработанное второй раз ничего не изменит.',
  replay_goes_on: 'Это займёт больше времени; выполнение продолжается.',
};
