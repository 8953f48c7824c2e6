export function Activity() {
  return <></>;
}
