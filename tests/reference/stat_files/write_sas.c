#include "readstat.h"
#include <stdio.h>
#include <fcntl.h>
#include <unistd.h>
#include <string.h>
#include <stdlib.h>
static ssize_t wr(const void *d,size_t n,void *c){return write(*(int*)c,d,n);}
int main(int argc,char**argv){
  const char*names[]={"plain64","plain32","rle64","rle32"};
  for(int k=0;k<4;k++){
    char p[200];snprintf(p,200,"%s/readstat_%s.sas7bdat",argv[1],names[k]);int fd=open(p,O_CREAT|O_TRUNC|O_WRONLY,0644);
    readstat_writer_t*w=readstat_writer_init();readstat_set_data_writer(w,wr);
    readstat_writer_set_file_format_is_64bit(w,k%2==0);
    if(k>=2)readstat_writer_set_compression(w,READSTAT_COMPRESS_ROWS);
    readstat_variable_t*a=readstat_add_variable(w,"num",READSTAT_TYPE_DOUBLE,8);
    readstat_variable_t*b=readstat_add_variable(w,"text",READSTAT_TYPE_STRING,300);
    readstat_variable_t*c=readstat_add_variable(w,"sex",READSTAT_TYPE_DOUBLE,8);
    readstat_variable_t*d=readstat_add_variable(w,"day",READSTAT_TYPE_DOUBLE,8);
    readstat_variable_set_label(a,"A number");readstat_variable_set_format(c,"SEXFMT");readstat_variable_set_format(d,"YYMMDD10");
    int n=150;
    if(readstat_begin_writing_sas7bdat(w,&fd,n)!=READSTAT_OK)printf("begin fail\n");
    for(int i=0;i<n;i++){readstat_begin_row(w);
      if(i%7==3)readstat_insert_missing_value(w,a);else readstat_insert_double_value(w,a,i*1.25-17);
      char s[301];memset(s,'a'+i%26,i%299);s[i%299]=0;if(i%5==0)strcpy(s,"@@@@@@@@@@@@@@@@@@@@@@@@@x  y");readstat_insert_string_value(w,b,s);
      if(i%11==1)readstat_insert_tagged_missing_value(w,c,'A'+i%26);else readstat_insert_double_value(w,c,i%3-1);
      readstat_insert_double_value(w,d,i*13-5000);
      if(readstat_end_row(w)!=READSTAT_OK)printf("row fail\n");}
    int r=readstat_end_writing(w);if(r)printf("end %d %s\n",r,readstat_error_message(r));readstat_writer_free(w);close(fd);
  }
  for(int k=0;k<2;k++){
    char p[200];snprintf(p,200,"%s/readstat_%d.sas7bcat",argv[1],k?32:64);int fd=open(p,O_CREAT|O_TRUNC|O_WRONLY,0644);
    readstat_writer_t*w=readstat_writer_init();readstat_set_data_writer(w,wr);readstat_writer_set_file_format_is_64bit(w,!k);
    readstat_label_set_t*s=readstat_add_label_set(w,READSTAT_TYPE_DOUBLE,"SEXFMT");
    readstat_label_double_value(s,-1,"minus");readstat_label_double_value(s,0,"zero");readstat_label_double_value(s,1,"one, with a label that is somewhat longer than others");readstat_label_double_value(s,2.5,"half");
    readstat_label_set_t*t=readstat_add_label_set(w,READSTAT_TYPE_STRING,"$CODES");readstat_label_string_value(t,"a","Alpha");readstat_label_string_value(t,"bb","Beta");
    if(readstat_begin_writing_sas7bcat(w,&fd)!=READSTAT_OK)printf("cat fail\n");
    int r=readstat_end_writing(w);if(r)printf("cat end %d %s\n",r,readstat_error_message(r));close(fd);
  }
}
