throw Error('broken at module load');
