export function People() {
  return <></>;
}
