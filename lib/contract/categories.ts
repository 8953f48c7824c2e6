import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, nullable, STORABLE, timestamp } from './fields.ts';
import { CategoryId, LibraryFilter } from './library.ts';

const Name = Type.String({
  minLength: 1,
  maxLength: 100,
  // Anything but blanks alone. The first that is no blank ends the first part: a pattern with more than one way to match
  // takes time by the square of the text, and the whole text is matched, however long.
  pattern: `^\\s*[^\\s\\u0000\\ud800-\\udfff]${STORABLE}*$`,
  description: "Name of the category, unique among the user's in any case",
  examples: ['Cosy evenings'],
});

export const Category = closed(
  {
    category_id: CategoryId,
    name: Name,
    kind: choice(['manual', 'dynamic'], 'Games put into it one by one, or all that a saved filter finds'),
    filter: nullable(LibraryFilter),
    game_count: Type.Integer({ minimum: 0, description: 'Games that a list of the category shows', examples: [7] }),
    created_at: timestamp('When it was made'),
    updated_at: timestamp('When its name or filter last changed'),
    version: Type.Integer({ minimum: 1, description: 'Rises with every change of name or filter', examples: [1] }),
  },
  { title: 'Category' },
);
export type Category = Static<typeof Category>;

export const CategoryList = closed({ items: Type.Array(Category) }, { title: 'CategoryList' });

export const NewCategory = closed(
  { name: Name, filter: Type.Optional(LibraryFilter) },
  { title: 'NewCategory', description: 'With a filter the category is dynamic, without one manual' },
);
export type NewCategory = Static<typeof NewCategory>;

export const CategoryPatch = closed(
  { name: Type.Optional(Name), filter: Type.Optional(LibraryFilter) },
  { title: 'CategoryPatch', minProperties: 1 },
);
export type CategoryPatch = Static<typeof CategoryPatch>;

const tag = 'Library';
const own = { user: 'own', admin: 'own' } as const;
const params = closed({ category_id: CategoryId });

export const listCategories = {
  id: 'listCategories',
  method: 'GET',
  path: '/categories',
  tag,
  summary: "The user's categories, by name",
  description: 'All of them: a user has 200 at most.',
  access: own,
  status: 200,
  response: CategoryList,
  errors: [],
  action: 'categories.list',
} as const satisfies Endpoint;

export const createCategory = {
  id: 'createCategory',
  method: 'POST',
  path: '/categories',
  tag,
  summary: 'Make a category',
  description: 'At most 200 a user.',
  access: own,
  body: NewCategory,
  status: 201,
  response: Category,
  errors: ['CONFLICT'],
  action: 'categories.create',
  versioned: true,
} as const satisfies Endpoint;

export const patchCategory = {
  id: 'patchCategory',
  method: 'PATCH',
  path: '/categories/{category_id}',
  tag,
  summary: 'Rename a category, or change its filter',
  description: 'A manual category has no filter and takes none; a dynamic one stays so.',
  access: own,
  params,
  body: CategoryPatch,
  status: 200,
  response: Category,
  errors: ['NOT_FOUND', 'CONFLICT'],
  action: 'categories.patch',
  versioned: true,
} as const satisfies Endpoint;

export const deleteCategory = {
  id: 'deleteCategory',
  method: 'DELETE',
  path: '/categories/{category_id}',
  tag,
  summary: 'Remove a category',
  description: 'Its games stay in the library.',
  access: own,
  params,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'categories.remove',
} as const satisfies Endpoint;

export const CATEGORY_ENDPOINTS: readonly Endpoint[] = [listCategories, createCategory, patchCategory, deleteCategory];
