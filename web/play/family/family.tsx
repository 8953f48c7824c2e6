export function Family() {
  return null;
}
