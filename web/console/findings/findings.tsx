export function Findings() {
  return <></>;
}
