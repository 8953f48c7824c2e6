import type { Texts } from '../../../common/locale.ts';
import type { shell as english } from '../en/shell.ts';

export const shell: Texts<keyof typeof english> = {
  title: 'Консоль',
  view_cluster: 'Кластер',
  view_users: 'Пользователи',
  view_events: 'События',
  view_findings: 'Подозрения',
  view_activity: 'Журнал',
  sign_in: 'Вход',
  sign_in_words: 'Нужен токен платформы с ролью support или admin.',
  token: 'Токен',
  enter: 'Войти',
  no_token: 'Это не токен платформы.',
  token_over: 'Срок действия токена истёк: {at}.',
  demo_words: 'Это пробная установка: можно войти без токена.',
  enter_operator: 'Войти как демо-оператор',
  enter_support: 'Войти как демо-поддержка',
  no_demo: 'Токен не выдан: это не пробная установка.',
  no_role: 'Консоль предназначена для ролей support и admin.',
  no_role_words: 'Вы вошли как {user}, роли: {roles}. Войдите с другим токеном.',
  no_roles: 'нет',
  leave: 'Выйти',
  signed_in: '{user}: {roles}, до {at}',
  ended: 'Сеанс завершён: сервис больше не принимает этот токен.',
  no_view: 'Такого раздела нет.',
};
