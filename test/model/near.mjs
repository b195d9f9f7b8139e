// The near cache of one process in `eventual` consistency: a copy of the entry that is served without asking the store.
// A writer elsewhere invalidates; the store announces that on a channel, in order, and answers a PING on it. The copy is
// served while a PING that was sent not too long ago has been answered, so the promise is: what is served is not older
// than any invalidation that had returned when the last answered PING was sent. Where writers announce their deletions
// themselves, one that may not takes a mark out of the store, and the process looks at it with each PING. The mark may be
// lost at any moment; whoever finds none makes another one.
import { newId, own } from './checker.mjs';

const BOUNDS = {
  writes: 2, // of the writer in another process
  ownWrites: 0, // of the process itself, which the channel does not announce to it
  reads: 2, // that it sends to the store
  breaks: 1, // of the channel
  mutes: 0, // deletions that the writer could not announce
  losses: 0, // of the mark
};

const FIRST_MARK = 1000;

export function nearCache(variant, chosen) {
  const bounds = { ...BOUNDS, ...chosen };
  return {
    initial: initialState(bounds),
    copy: (state) => ({ ...state, channel: state.channel.slice(), reads: state.reads.slice() }),
    steps(state, take) {
      writerSteps(state, take);
      ownWriteSteps(state, variant, take);
      readSteps(state, variant, take);
      channelSteps(state, variant, take);
      serve(state, variant, take);
    },
    isFinished: () => true,
    show,
  };
}

function initialState({ writes, ownWrites, reads, breaks, mutes, losses }) {
  return {
    db: 0,
    returned: 0, // the last version whose invalidation has returned
    far: null, // the version in the store
    near: null, // the copy
    epoch: 1000, // of the process: a read that was sent in another one is not kept
    proved: null, // the last version that had returned when the last answered PING was sent
    channel: [], // on its way to the process: 'invalidation', or the answer to a PING
    mark: FIRST_MARK, // in the store, while everything was announced; null if it is lost or was taken away
    seen: FIRST_MARK, // the mark that the process saw last
    isConnected: true, // the channel, seen from the server
    isUp: true, // seen from the process
    writer: 'idle',
    written: 0,
    own: 'idle',
    ownWritten: 0,
    reads: [], // commands on their way, and their answers
    ...{ writesLeft: writes, ownWritesLeft: ownWrites, readsLeft: reads, breaksLeft: breaks },
    ...{ mutesLeft: mutes, lossesLeft: losses },
    problem: '',
    lastId: 0,
  };
}

function writerSteps({ db, writer, writesLeft, mutesLeft }, take) {
  if (writer === 'idle' && writesLeft > 0) {
    take(`writer: commits version ${db + 1}`, (next) => {
      next.writesLeft -= 1;
      next.db += 1;
      next.written = next.db;
      next.writer = 'committed';
    });
  }
  if (writer === 'committed') {
    take('writer: deletes the entry, which the server announces', (next) => {
      next.far = null;
      if (next.isConnected) next.channel.push('invalidation');
      next.writer = 'invalidated';
    });
    if (mutesLeft > 0) {
      take('writer: deletes the entry, may not announce it, and takes the mark away', (next) => {
        next.mutesLeft -= 1;
        next.far = null;
        next.mark = null;
        next.writer = 'invalidated';
      });
    }
  }
  if (writer === 'invalidated') {
    take('writer: returns', (next) => {
      next.returned = Math.max(next.returned, next.written);
      next.writer = 'idle';
    });
  }
}

/** The process is not told of its own deletions. It forgets its copy, and what is on the way, after their reply. */
function ownWriteSteps({ db, own, ownWritesLeft }, variant, take) {
  if (own === 'idle' && ownWritesLeft > 0) {
    take(`process: commits version ${db + 1}`, (next) => {
      next.ownWritesLeft -= 1;
      next.db += 1;
      next.ownWritten = next.db;
      next.own = 'committed';
      if (variant === 'near-own-early') forget(next);
    });
  }
  if (own === 'committed') {
    take('process: deletes the entry', (next) => {
      next.far = null;
      next.own = 'deleted';
    });
  }
  if (own === 'deleted') {
    take('process: gets the reply to its deletion, returns', (next) => {
      if (variant !== 'near-own-early') forget(next);
      // To itself a process owes its own writes at once.
      next.returned = Math.max(next.returned, next.ownWritten);
      next.proved = Math.max(next.proved ?? 0, next.ownWritten);
      next.own = 'idle';
    });
  }
}

function readSteps({ near, reads, readsLeft }, variant, take) {
  if (readsLeft > 0 && near === null) {
    take('process: sends a read', (next) => {
      next.readsLeft -= 1;
      next.reads.push({ epoch: next.epoch, value: null });
    });
  }
  reads.forEach(({ epoch, value }, index) => {
    if (value === null) {
      take('store: carries a read out', (next) => {
        next.far ??= next.db; // a miss loads and fills
        own(next.reads, index).value = next.far;
      });
      return;
    }
    take(`process: gets version ${value}`, (next) => {
      next.reads.splice(index, 1);
      const isSameEpoch = epoch === next.epoch || variant === 'near-no-epoch';
      if (isSameEpoch && next.isUp) next.near = value;
    });
  });
}

function channelSteps({ channel, isConnected, isUp, breaksLeft, lossesLeft, mark }, variant, take) {
  if (channel.length > 0) {
    const isAnnounced = channel[0] === 'invalidation';
    take(isAnnounced ? 'process: handles an invalidation' : 'process: handles the answer to its PING', (next) => {
      const message = next.channel.shift();
      if (isAnnounced || (message.isOther && variant !== 'near-no-mark')) forget(next);
      else next.proved = Math.max(next.proved ?? 0, message.returned);
    });
  }
  if (isConnected && isUp && !channel.some((message) => message !== 'invalidation')) {
    take('process: sends a PING, which is answered', (next) => {
      next.mark ??= variant === 'near-same-mark' ? FIRST_MARK : newId(next);
      next.channel.push({ returned: next.returned, isOther: next.mark !== next.seen });
      next.seen = next.mark;
    });
  }
  if (lossesLeft > 0 && mark !== null) {
    take('the mark is lost', (next) => {
      next.lossesLeft -= 1;
      next.mark = null;
    });
  }
  if (isConnected && breaksLeft > 0) {
    take('the channel breaks', (next) => {
      next.breaksLeft -= 1;
      next.isConnected = false;
      next.channel = [];
    });
  }
  if (!isConnected && isUp) {
    take('process: notices that the channel is down', (next) => {
      next.isUp = false;
      if (variant === 'near-no-flush') return;
      forget(next);
      next.proved = null;
    });
  }
  if (!isConnected && !isUp) {
    take('process: has subscribed again', (next) => {
      next.isConnected = true;
      next.isUp = true;
      if (variant !== 'near-no-flush' && variant !== 'near-no-epoch-at-up') forget(next);
    });
  }
}

function forget(next) {
  next.near = null;
  next.epoch = newId(next);
}

function serve(state, variant, take) {
  const { near, isUp, isConnected, channel, proved, returned, mark, seen } = state;
  if (near === null || !isUp) return;
  const promised = variant === 'near-trust-the-channel' ? returned : (proved ?? 0);
  if (near < promised) {
    take(`process: serves version ${near} from its copy`, (next) => {
      next.problem = `version ${near} was served; a version ${promised} was proved to be invalidated before`;
    });
  }
  const isQuiet = channel.length === 0 && state.reads.length === 0 && state.writer === 'idle' && state.own === 'idle';
  if (isConnected && isQuiet && mark === seen && near < returned) {
    take('nothing is on its way any more', (next) => {
      next.problem = `the copy stays version ${near} although version ${returned} has been invalidated`;
    });
  }
}

function show({ db, far, near, channel }) {
  const versionIn = (version) => (version === null ? 'nothing' : `version ${version}`);
  return [
    `database: version ${db}`,
    `store: ${versionIn(far)}`,
    `copy: ${versionIn(near)}`,
    `on the channel: ${channel.map((message) => (message === 'invalidation' ? message : 'PONG')).join(', ') || 'nothing'}`,
  ];
}
