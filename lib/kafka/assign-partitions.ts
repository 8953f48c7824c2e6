import type { GroupPartitionsAssigner } from '@platformatic/kafka';

/**
 * Deals the partitions of each topic out to the members that subscribe to it, each to the one that has the fewest so
 * far: members of one group may subscribe to different topics, as in a rolling update. (The library's own assigner
 * takes the leader's topics for everybody's.) The same for the same members, whatever order they are listed in.
 */
export const assignPartitions: GroupPartitionsAssigner = (_leader, members, _topics, metadata) => {
  const result = [...members.keys()].sort().map((memberId) => ({
    memberId,
    count: 0,
    assignments: new Map<string, { topic: string; partitions: number[] }>(),
  }));
  const topics = new Set([...members.values()].flatMap((member) => member.topics ?? []));
  for (const topic of [...topics].sort()) {
    const subscribed = result.filter(({ memberId }) => members.get(memberId)?.topics?.includes(topic));
    const partitions = metadata.topics.get(topic)?.partitionsCount ?? 0;
    for (let partition = 0; partition < partitions; partition += 1) {
      const least = subscribed.reduce((a, b) => (b.count < a.count ? b : a));
      const assignment = least.assignments.get(topic) ?? { topic, partitions: [] };
      assignment.partitions.push(partition);
      least.assignments.set(topic, assignment);
      least.count += 1;
    }
  }
  return result.map(({ memberId, assignments }) => ({ memberId, assignments }));
};
