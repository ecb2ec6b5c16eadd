# zsh -f typist.zsh <folder with _cooperage> <working directory> <line>...
# Runs a zsh of its own in a terminal of its own, types each line there, presses tab, and says what became of it.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "cd ${(q)2}; PS1=; fpath=(${(q)1} \$fpath); autoload -U compinit; compinit -u -d ${(q)1}/dump; setopt no_beep"
# The marks are taken apart here, so that the echo of this line does not have them.
zpty -w shell 'tab() { zle complete-word; print -r -- "<""<$BUFFER>"">"; zle kill-whole-line }; zle -N tab; bindkey "^I" tab; print rea""dy'
zpty -r -m shell seen '*ready*'
shift 2
for line; do
  zpty -w -n shell $line$'\t'
  zpty -r -m shell seen '*<<*>>*'
  print -r -- "${${seen##*<<}%%>>*}|"
done
zpty -d shell
