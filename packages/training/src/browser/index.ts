export { opfsStore } from './opfsStore';
