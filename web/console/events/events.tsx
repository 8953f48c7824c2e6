export function Events() {
  return <></>;
}
