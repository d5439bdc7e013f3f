export {
  giveUpGrowth,
  growTopic,
  standingOf,
  type GrowthContext,
  type GrowthWish,
  type TopicStanding,
} from './grow-topic.js';
export { GrowthRefused } from './growth-refused.js';
